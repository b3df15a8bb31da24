import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { encodeSafetensors, type WritableTensor } from "../../src/checkpoint/index.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** A folder for the tests of one file, removed after them. */
export function folderForTests(): string {
  const folder = mkdtempSync(join(tmpdir(), "marchenko-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tensor of noise with standard deviation 0.02. */
export function noise(
  name: string,
  shape: readonly number[],
  dtype: WritableTensor["dtype"] & string = "F32",
): WritableTensor {
  const stream = randomStream(20, [name]);
  const count = shape.reduce((a, b) => a * b, 1);
  return { name, shape, dtype, data: Float64Array.from({ length: count }, () => 0.02 * stream.normal()) };
}

/** A tensor with the same number everywhere. */
export function filled(name: string, shape: readonly number[], value: number): WritableTensor {
  return { name, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) };
}

/** Writes a safetensors file and gives its path. */
export function writeModel(folder: string, name: string, tensors: readonly WritableTensor[]): string {
  const path = join(folder, name);
  writeFileSync(path, encodeSafetensors(tensors));
  return path;
}

/** Every kind of layer that an analysis tells apart, in each dtype that is written. */
export function mixedModel(): WritableTensor[] {
  const left = noise("left", [40, 3]).data;
  const right = noise("right", [3, 24]).data;
  const product = Float64Array.from({ length: 40 * 24 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + left[3 * Math.floor(i / 24) + k]! * right[24 * k + (i % 24)]!, 0),
  );
  return [
    noise("blocks.0.attn.q_proj.weight", [32, 32], "F16"),
    noise("blocks.0.mlp.fc1.weight", [64, 24], "F32"),
    noise("blocks.0.mlp.fc1.bias", [64], "F32"),
    noise("blocks.1.mlp.fc1.weight", [64, 24], "BF16"),
    noise("blocks.1.mlp.fc2.weight", [24, 64], "F64"),
    { name: "low_rank.weight", shape: [40, 24], dtype: "F64", data: product },
    filled("zeros.weight", [12, 10], 0),
    filled("constant.weight", [12, 10], 0.5),
    filled("not_a_number.weight", [12, 10], Number.NaN),
    filled("row.weight", [1, 10], 0.25),
  ];
}
