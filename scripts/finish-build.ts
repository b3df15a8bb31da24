import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { z } from "zod";
import { source } from "../src/analysis/generated/compute-worker-source.ts";
import { inspectOutputSchema } from "../src/analysis/inspection-schema.ts";
import { analysisResultSchema } from "../src/analysis/result.ts";
import { source as wasmSource } from "../src/backends/generated/wasm-worker-source.ts";
import { configurationSchema } from "../src/cli/configuration/configuration-schema.ts";
import { buildProgram } from "../src/cli/program.ts";
import { comparisonResultSchema } from "../src/comparison/result.ts";
import { experimentResultSchema } from "../src/experiments/result.ts";
import { gateResultSchema } from "../src/gate/result.ts";
import { measurementResultSchema } from "../src/measure/result.ts";
import { noiseResultSchema } from "../src/noise/result.ts";
import { selftestResultSchema } from "../src/selftest/result.ts";
import { buildViewer } from "./build-viewer.ts";

/** What the compiler leaves to do: the workers' programs in one file each, the result's JSON Schema, and the
 * command. */
writeFileSync("dist/analysis/compute-worker.js", source);
writeFileSync("dist/backends/wasm/worker.js", wasmSource);
mkdirSync("dist/schema", { recursive: true });
for (const [name, schema] of [
  ["analysis", analysisResultSchema],
  ["comparison", comparisonResultSchema],
  ["gate", gateResultSchema],
  ["inspection", inspectOutputSchema],
  ["noise", noiseResultSchema],
  ["measurement", measurementResultSchema],
  ["selftest", selftestResultSchema],
  ["experiment", experimentResultSchema],
] as const) {
  writeFileSync(`dist/schema/${name}.json`, `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
}

const configuration = z.toJSONSchema(configurationSchema(await buildProgram(["node", "marchenko"])), {
  io: "input",
});
writeFileSync("dist/schema/configuration.json", `${JSON.stringify(configuration, null, 2)}\n`);

// Bundled, the command starts in half the time: it is some two hundred files, and the packages that it needs at once.
const { outputFiles } = await build({
  // The threads of experiments and the look for GPUs share its pieces.
  entryPoints: {
    bin: "dist/cli/bin.js",
    "run-worker": "dist/experiments/run-worker.js",
    "list-gpus": "dist/cli/list-gpus.js",
  },
  outdir: "dist/cli",
  bundle: true,
  write: false,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: [
    "vega",
    "vega-lite",
    "vega-interpreter",
    "h5wasm",
    "hyparquet-writer",
    "log-update",
    "table",
    "ml-matrix",
    "koffi",
    "gpu.js",
    "webgpu",
  ],
  // What is bundled of CommonJS asks for Node's own modules by `require`.
  banner: {
    js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
  },
});
rmSync("dist/cli", { recursive: true });
mkdirSync("dist/cli");
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
writeFileSync("dist/cli/compute-worker.js", source);
writeFileSync("dist/cli/worker.js", wasmSource);
chmodSync("dist/cli/bin.js", 0o755);
await buildViewer("dist/viewer/index.html");
