import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderForTests, mixedModel, noise, writeModel } from "./models.ts";
import { hasShared, runMarchenko, shared } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());

test("the table has a line for every tensor, in the order of the file, and nothing else", () => {
  const { code, stdout, stderr } = runMarchenko(["inspect", model]);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  const [head, ...lines] = stdout.trimEnd().split("\n");
  expect(head!.split(/ +/)).toEqual(["tensor", "dtype", "shape", "bytes"]);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(mixedModel().map(({ name }) => name));
  expect(lines[1]).toMatch(/^blocks\.0\.mlp\.fc1\.weight +F32 +\[64, 24\] +6144$/);
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
  });
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
  expect(checkpoints.map(({ path }: { path: string }) => path.split("/").at(-1))).toEqual([
    "step-30",
    "step-200",
    "step-1000",
  ]);
  const table = runMarchenko(["inspect", series]).stdout;
  expect(table.match(/^.*\(safetensors\)$/gm)).toHaveLength(3);
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
