import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectOutputSchema } from "../../src/analysis/inspection-schema.ts";
import { formatCount } from "../../src/report/format-number.ts";
import { filled, folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { hasShared, runMarchenko, shared } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());

test("the table has a line for every tensor, in the order of the file, and a summary under it", () => {
  const { code, stdout, stderr } = runMarchenko(["inspect", model]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  const [table, summary] = stdout.split("\n\n");
  const [head, ...lines] = table!.split("\n");
  expect(head!.split(/ {2,}/)).toEqual(["tensor", "dtype", "shape", "bytes", "analysed as"]);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(mixedModel().map(({ name }) => name));
  expect(lines[0]).toMatch(/^blocks\.0\.attn\.q_proj\.weight +F16 +\[32, 32\] +2048 +query$/);
  expect(lines[2]).toMatch(/^blocks\.0\.mlp\.fc1\.bias +F32 +\[64\] +256 +no: not-a-matrix$/);
  // 1024 + 3 * 1536 + 64 + 960 + 3 * 120 + 10 entries, all but the bias's 64 in matrices.
  expect(summary).toBe(
    [
      "10 tensors (F64 2, F32 6, BF16 1, F16 1), 7026 parameters, 32,968 bytes",
      "would be analysed: 9 matrices, 6962 parameters (99.1 %)",
      "would be left out: 1 not-a-matrix, 64 parameters, blocks.0.mlp.fc1.bias",
      `1 file, ${formatCount(statSync(model).size)} bytes: mixed.safetensors`,
      "",
    ].join("\n"),
  );
});

test("a table of a real model's names fits in 100 columns", () => {
  const names = [
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.down_proj",
  ];
  const block = names.map((name) => noise(`model.layers.10.${name}.weight`, [64, 64]));
  const { stdout } = runMarchenko(["inspect", writeModel(folder, "block.safetensors", block)]);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("the JSON names the path, the format, and each tensor's dtype, shape and bytes", () => {
  const { code, stdout } = runMarchenko(["inspect", model, "--format", "json"]);
  expect(code).toBe(0);
  const value = JSON.parse(stdout);
  expect(value).toMatchObject({ path: model, format: "safetensors" });
  expect(value.tensors).toHaveLength(mixedModel().length);
  expect(value.tensors[0]).toEqual({
    name: "blocks.0.attn.q_proj.weight",
    dtype: "F16",
    shape: [32, 32],
    bytes: 2048,
    kind: "attention",
    roles: ["query"],
    orientation: "out-in",
    matrices: 1,
    reason: null,
  });
  expect(value.tensors[2]).toMatchObject({ orientation: null, matrices: 0, reason: "not-a-matrix" });
  expect(value.summary).toMatchObject({ tensors: 10, parameters: 7026, parametersAnalysed: 6962 });
  expect(value.files).toEqual([{ path: "mixed.safetensors", bytes: statSync(model).size }]);
  expect(value.leftOut).toEqual([]);
});

const local = [
  "torch/training.ckpt",
  "torch/views.pt",
  "keras/keras2-latest.h5",
  "keras/train_state.msgpack",
  "onnx/nested.onnx",
  "gguf/types.gguf",
].map((name) => `data/checkpoint-cases/${name}`);

test.each([model, ...local])("%s: the summary agrees with a dry run of the analysis", (path) => {
  const { summary, tensors } = JSON.parse(runMarchenko(["inspect", path, "--format", "json"]).stdout);
  const { stdout } = runMarchenko(["analyze", path, "--dry-run", "--format", "json"]);
  const layers: { layer: string; reason: string | null }[] = JSON.parse(stdout);
  const analysed = layers.filter(({ reason }) => reason === null);
  expect(summary.layersAnalysed).toBe(analysed.length);
  expect(summary.layersSkipped).toBe(layers.length - analysed.length);
  const counts: Record<string, number> = {};
  for (const { reason } of layers) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
  const skipped: { reason: string; layers: number; example: string }[] = summary.skipped;
  expect(Object.fromEntries(skipped.map((each) => [each.reason, each.layers]))).toEqual(counts);
  for (const { reason, example } of skipped) {
    expect(layers.find((each) => each.reason === reason)?.layer).toBe(example);
  }
  expect(summary.tensors).toBe(tensors.length);
  // No tensor of these makes a matrix with another.
  expect(tensors.reduce((sum: number, each: { matrices: number }) => sum + each.matrices, 0)).toBe(
    analysed.length,
  );
});

test("tensors that are joined, stacked, tied or make a matrix with another are said to be", () => {
  const path = writeModel(folder, "joined.safetensors", [
    noise("h.0.attn.c_attn.weight", [32, 96]),
    noise("h.0.mlp.experts.gate_proj.weight", [4, 32, 32]),
    noise("h.0.attn.q_proj.lora_A.weight", [4, 32]),
    noise("h.0.attn.q_proj.lora_B.weight", [32, 4]),
  ]);
  const { stdout } = runMarchenko(["inspect", path]);
  expect(stdout).toMatch(/c_attn\.weight .* query, key, value$/m);
  expect(stdout).toMatch(/experts\.gate_proj\.weight .*\(4 matrices\)$/m);
  expect(stdout).toMatch(/lora_A\.weight .* query$/m);
  expect(stdout).toMatch(/lora_B\.weight .* query$/m);
  expect(stdout).toContain("would be analysed: 8 matrices");
});

test("the JSON of one checkpoint and of several is what its schema says, and no more", () => {
  const models = join(folder, "described");
  mkdirSync(models);
  for (const name of ["step-1", "step-2"]) writeModel(models, `${name}.safetensors`, mixedModel());
  for (const args of [[model], [model, "--hash"], [models], [folder, "--hash"]]) {
    const value = JSON.parse(runMarchenko(["inspect", ...args, "--format", "json"]).stdout);
    expect(inspectOutputSchema.parse(value)).toEqual(value);
  }
});

test("-o writes the JSON that --format json prints", () => {
  const file = join(folder, "inspected.json");
  const { stdout, stderr } = runMarchenko(["inspect", model, "--format", "json", "-o", file]);
  expect(readFileSync(file, "utf8")).toBe(stdout);
  expect(stderr).toBe(`wrote ${file}\n`);
});

test.each(["inspected.csv", "no-folder/inspected.json"])(
  "-o %s is refused before anything is printed",
  (name) => {
    const { code, stdout, stderr } = runMarchenko(["inspect", model, "-o", join(folder, name)]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/can't write .*(a \.json file|make it first)/);
    expect(existsSync(join(folder, name))).toBe(false);
  },
);

test("a folder of checkpoints is listed in the order of training", () => {
  const series = join(folder, "series");
  for (const step of [1000, 200, 30]) {
    mkdirSync(join(series, `step-${step}`), { recursive: true });
    writeModel(join(series, `step-${step}`), "model.safetensors", [noise("fc.weight", [4, 3])]);
  }
  const { stdout } = runMarchenko(["inspect", series, "--format", "json"]);
  const { format, checkpoints } = JSON.parse(stdout);
  expect(format).toBe("series");
  expect(checkpoints.map(({ id, step }: { id: string; step: number }) => [id, step])).toEqual([
    ["step-30", 30],
    ["step-200", 200],
    ["step-1000", 1000],
  ]);
});

test("a series has a line for each checkpoint, and its tensors once", () => {
  const { stdout } = runMarchenko(["inspect", join(folder, "series")]);
  const size = formatCount(statSync(join(folder, "series/step-30/model.safetensors")).size);
  const [overview, title, tensors] = stdout.split("\n\n");
  expect(overview!.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["checkpoint", "step", "format", "tensors", "parameters", "bytes"],
    ...["30", "200", "1000"].map((step) => [`step-${step}`, step, "safetensors", "1", "12", size]),
  ]);
  expect(title).toBe("tensors of each of them:");
  expect(tensors).toMatch(/^fc\.weight +F32 +\[4, 3\] +48 /m);
});

test("checkpoints of a folder that are not alike have a table each, as those of a series have by hash", () => {
  const models = join(folder, "unlike");
  mkdirSync(models);
  writeModel(models, "a.safetensors", [noise("fc.weight", [4, 3])]);
  writeModel(models, "b.safetensors", [noise("fc.weight", [4, 4])]);
  const { stdout } = runMarchenko(["inspect", models]);
  expect(stdout.match(/^tensors of .*$/gm)).toEqual([
    "tensors of a.safetensors:",
    "tensors of b.safetensors:",
  ]);
  expect(JSON.parse(runMarchenko(["inspect", models, "--format", "json"]).stdout).format).toBe("folder");
  const steps = join(folder, "hashed");
  mkdirSync(steps);
  writeModel(steps, "step-1.safetensors", [noise("fc.weight", [4, 3])]);
  writeModel(steps, "step-2.safetensors", [filled("fc.weight", [4, 3], 1)]);
  writeModel(steps, "step-3.safetensors", [filled("fc.weight", [4, 3], 1)]);
  expect(runMarchenko(["inspect", steps, "--hash"]).stdout.match(/^tensors of .*$/gm)).toEqual([
    "tensors of step-1.safetensors:",
    "tensors of step-2.safetensors, step-3.safetensors:",
  ]);
});

test("loads what it needs and no more: neither schemas, nor charts, nor kernels, nor other commands", () => {
  const hooks =
    "export async function load(url, context, next) { console.error('loaded ' + url); return next(url, context); }";
  const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(dataUrl(hooks))});`;
  const { code, stderr } = runMarchenko(["inspect", model], { nodeOptions: ["--import", dataUrl(register)] });
  expect(code).toBe(0);
  const loaded = [...stderr.matchAll(/^loaded file:.*$/gm)].map(([line]) => line);
  expect(loaded.some((line) => line.endsWith("/dist/cli/bin.js"))).toBe(true);
  expect(loaded.filter((line) => line.includes("/node_modules/"))).toEqual([]);
  expect(
    loaded.filter((line) => /\/(analyze|train|report|experiment|worker|compute)[^/]*\.js$/.test(line)),
  ).toEqual([]);
  const bytes = loaded.reduce((sum, line) => sum + statSync(line.replace("loaded file://", "")).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
});

test("many files that are left out for one reason have one line", () => {
  const run = join(folder, "run");
  for (const step of [1, 2, 3, 4, 5]) {
    mkdirSync(join(run, `step-${step}`), { recursive: true });
    writeModel(join(run, `step-${step}`), "model.safetensors", [noise("fc.weight", [4, 3])]);
    writeFileSync(join(run, `step-${step}`, "optimizer.pt"), "state");
  }
  const { stderr } = runMarchenko(["inspect", run]);
  expect(stderr).toMatch(/^left out: optimizer\.pt and 4 more \(optimizer-state\): [^\n]*\n$/);
});

test("files of a folder that are not read are named on stderr, with the reason", () => {
  const models = join(folder, "with-state");
  mkdirSync(models);
  copyFileSync(model, join(models, "model.safetensors"));
  writeFileSync(join(models, "optimizer.pt"), "state");
  const { code, stdout, stderr } = runMarchenko(["inspect", models]);
  expect(code).toBe(0);
  expect(stdout).not.toContain("optimizer.pt");
  expect(stderr).toMatch(/^left out: optimizer\.pt \(optimizer-state\): /);
});

interface Case {
  readonly file: string;
  readonly format: string;
  readonly expect: string;
  readonly tensors: readonly { readonly name: string; readonly sha256_f32le: string }[];
}

const cases: Case[] = hasShared
  ? JSON.parse(readFileSync(join(shared, "checkpoint-cases/manifest.json"), "utf8")).cases
  : [];
const readable = cases.filter((one) => one.expect === "ok" && /^(safetensors|npy|npz)/.test(one.format));

describe.skipIf(!hasShared)("hashes of the shared cases", () => {
  test("there are cases of each format", () => {
    expect(new Set(readable.map(({ format }) => format)).size).toBe(4);
  });

  test.each(readable)("$file: --hash gives the manifest's sha256 of every tensor", ({ file, tensors }) => {
    const path = join(shared, "checkpoint-cases", file);
    const { stdout } = runMarchenko(["inspect", path, "--hash", "--format", "json"]);
    const found = new Map<string, string>(
      JSON.parse(stdout).tensors.map((one: { name: string; sha256: string }) => [one.name, one.sha256]),
    );
    expect(found).toEqual(new Map(tensors.map(({ name, sha256_f32le }) => [name, sha256_f32le])));
  });
});
