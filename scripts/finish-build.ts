import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { analysisResultSchema } from "../src/analysis/result.ts";

/** What the compiler leaves to do: publish the result's JSON Schema, and make the command executable. */
mkdirSync("dist/schema", { recursive: true });
writeFileSync(
  "dist/schema/analysis.json",
  `${JSON.stringify(z.toJSONSchema(analysisResultSchema), null, 2)}\n`,
);
chmodSync("dist/cli/bin.js", 0o755);
