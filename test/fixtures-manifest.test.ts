import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../src/checkpoint/index.ts";

const root = join("test", "fixtures", "trainer");

interface Manifest {
  readonly case: string;
  readonly generator: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly files: readonly {
    readonly file: string;
    readonly sha256: string;
    readonly tensors: readonly Listed[];
  }[];
}

interface Listed {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

const byName = (a: Listed, b: Listed) => (a.name < b.name ? -1 : 1);

async function held(path: string): Promise<Listed[]> {
  const checkpoint = await openCheckpoint(path);
  const tensors = checkpoint.tensors().map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  await checkpoint.close();
  return tensors.sort(byName);
}

const cases = readdirSync(root).map((folder) => ({
  folder,
  manifest: JSON.parse(readFileSync(join(root, folder, "manifest.json"), "utf8")) as Manifest,
}));

describe.each(cases)("the fixture $folder", ({ folder, manifest }) => {
  it("says what it is and who made it", () => {
    expect(manifest.case).toBe(folder);
    expect(statSync(manifest.generator).isFile()).toBe(true);
    expect(Object.keys(manifest.versions)).toEqual(
      expect.arrayContaining(["torch", "transformers", "numpy"]),
    );
  });

  it("lists every file of tensors, and no other", () => {
    const found = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    const stored = found.filter((file) => file.endsWith(".safetensors"));
    expect(manifest.files.map(({ file }) => file).sort()).toEqual(stored.sort());
  });

  it.each(manifest.files)("lists what $file holds, byte for byte", async ({ file, sha256, tensors }) => {
    const path = join(root, folder, file);
    expect(await held(path)).toEqual([...tensors].sort(byName));
    expect(createHash("sha256").update(readFileSync(path)).digest("hex")).toBe(sha256);
  });
});

const holds = (name: string) =>
  cases.filter(({ manifest }) => manifest.files.some(({ file }) => file === name));
const runs = holds("run.safetensors");
const models = holds("curvature.safetensors");

it.each(models)("$folder has a gradient for every parameter, of its shape", async ({ folder }) => {
  const parameters = await held(join(root, folder, "checkpoint"));
  const reference = await held(join(root, folder, "reference.safetensors"));
  const gradients = reference.filter(({ name }) => name.startsWith("gradients/"));
  expect(gradients.map(({ name, shape }) => ({ name, shape }))).toEqual(
    parameters.map(({ name, shape }) => ({ name: `gradients/${name}`, shape })),
  );
});

it.each(runs)("$folder has the same weights and gradients wherever it keeps them", async ({ folder }) => {
  const kept = await held(join(root, folder, "run.safetensors"));
  const under = (prefix: string) =>
    kept.flatMap(({ name, shape }) =>
      name.startsWith(prefix) ? [{ name: name.slice(prefix.length), shape }] : [],
    );
  const parameters = under("end/");
  expect(parameters.length).toBeGreaterThan(0);
  for (const step of [0, 10, 19]) {
    expect(under(`kept/${step}/weights/`)).toEqual(parameters);
    expect(under(`kept/${step}/gradients/`)).toEqual(parameters);
  }
});

it("the fixtures stay small: 1.5 MB at most", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) =>
    statSync(join(root, file)),
  );
  const bytes = files.filter((each) => each.isFile()).reduce((sum, each) => sum + each.size, 0);
  expect(bytes).toBeLessThan(1.5e6);
});
