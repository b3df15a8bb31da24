import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { source } from "../src/analysis/generated/compute-worker-source.ts";
import { analysisResultSchema } from "../src/analysis/result.ts";

/** What the compiler leaves to do: the worker's program in one file, the result's JSON Schema, an executable command. */
writeFileSync("dist/analysis/compute-worker.js", source);
mkdirSync("dist/schema", { recursive: true });
writeFileSync(
  "dist/schema/analysis.json",
  `${JSON.stringify(z.toJSONSchema(analysisResultSchema), null, 2)}\n`,
);
chmodSync("dist/cli/bin.js", 0o755);
