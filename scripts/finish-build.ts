import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { z } from "zod";
import { source } from "../src/analysis/generated/compute-worker-source.ts";
import { inspectOutputSchema } from "../src/analysis/inspection-schema.ts";
import { analysisResultSchema } from "../src/analysis/result.ts";
import { source as wasmSource } from "../src/backends/generated/wasm-worker-source.ts";
import { comparisonResultSchema } from "../src/comparison/result.ts";
import { experimentResultSchema } from "../src/experiments/result.ts";
import { gateResultSchema } from "../src/gate/result.ts";
import { measurementResultSchema } from "../src/measure/result.ts";
import { noiseResultSchema } from "../src/noise/result.ts";
import { selftestResultSchema } from "../src/selftest/result.ts";
import { buildViewer } from "./build-viewer.ts";
import { englishZod, sharedBinaries } from "./bundle-plugins.ts";
import { unreachedFiles } from "./unreached-files.ts";

/** What the compiler leaves to do: modules without comments, which the types have; the workers' programs in one file
 * each, the results' JSON Schemas, the command, the viewer, and the list of what stays out of the package. */
for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".js")) continue;
  const path = join("dist", file);
  writeFileSync(path, (await transform(readFileSync(path, "utf8"), { target: "es2022" })).code);
}
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
  writeFileSync(`dist/schema/${name}.json`, `${JSON.stringify(z.toJSONSchema(schema))}\n`);
}

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
    "sharp",
    "@huggingface/tokenizers",
  ],
  // Names stay, so that what a bug prints can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  plugins: [englishZod, sharedBinaries],
  // What is bundled of CommonJS asks for Node's own modules by `require`.
  banner: {
    js: 'import { createRequire as requireFor } from "node:module"; const require = requireFor(import.meta.url);',
  },
});
rmSync("dist/cli", { recursive: true });
mkdirSync("dist/cli");
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
writeFileSync("dist/cli/compute-worker.js", 'import "../analysis/compute-worker.js";\n');
writeFileSync("dist/cli/worker.js", 'import "../backends/wasm/worker.js";\n');
chmodSync("dist/cli/bin.js", 0o755);
await buildViewer("dist/viewer/index.html");

const workers = ["analysis/compute-worker.js", "backends/wasm/worker.js"];
const unreached = await unreachedFiles([
  "index.js",
  "laws/index.js",
  "checkpoint/index.js",
  "train/index.js",
  "experiments/run-worker.js",
]);
const ignored = unreached.filter((file) => !workers.includes(file)).map((file) => `/${file}\n`);
writeFileSync("dist/.npmignore", ignored.join(""));
