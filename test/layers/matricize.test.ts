import { describe, expect, test } from "vitest";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

function counting(name: string, shape: number[]) {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return tensorOf(
    name,
    shape,
    Float32Array.from({ length }, (_, i) => i),
  );
}

/** Index of an entry of a row-major array. */
function offset(shape: number[], index: number[]): number {
  return index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);
}

describe("entries of the matrix", () => {
  test("a PyTorch kernel has a row for each output and a column for each input and position", async () => {
    const shape = [2, 3, 2, 2];
    const { rows, columns, data } = await layersOf([counting("conv1.weight", shape)])[0]!.read();
    expect([rows, columns]).toEqual([2, 12]);
    for (let out = 0; out < 2; out++)
      for (let input = 0; input < 3; input++)
        for (let y = 0; y < 2; y++)
          for (let x = 0; x < 2; x++)
            expect(data[out * columns + (input * 4 + y * 2 + x)]).toBe(offset(shape, [out, input, y, x]));
  });

  test("a Keras kernel has a row for each position and input and a column for each output", async () => {
    const shape = [2, 2, 3, 2];
    const { rows, columns, data } = await layersOf([counting("conv2d/kernel:0", shape)])[0]!.read();
    expect([rows, columns]).toEqual([12, 2]);
    for (let y = 0; y < 2; y++)
      for (let x = 0; x < 2; x++)
        for (let input = 0; input < 3; input++)
          for (let out = 0; out < 2; out++)
            expect(data[((y * 2 + x) * 3 + input) * columns + out]).toBe(offset(shape, [y, x, input, out]));
  });

  test("a matrix is read as it is stored", async () => {
    const matrix = await layersOf([counting("fc1.weight", [2, 3])])[0]!.read();
    expect(matrix).toEqual({ rows: 2, columns: 3, data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  });

  test("an expert is the slice along the first axis", async () => {
    const layers = layersOf([counting("model.layers.0.mlp.experts.down_proj", [3, 2, 2])]);
    expect(layers.map(({ layer }) => layer)).toEqual(
      [0, 1, 2].map((i) => `model.layers.0.mlp.experts.down_proj[${i}]`),
    );
    expect(layers.map(({ kind, shape }) => [kind, shape])).toEqual([0, 1, 2].map(() => ["expert", [2, 2]]));
    expect((await layers[1]!.read()).data).toEqual(Float32Array.of(4, 5, 6, 7));
  });
});

test("reading an expert reads its own range of the tensor only", async () => {
  const reads: (number | undefined)[][] = [];
  const tensor = {
    ...counting("block_sparse_moe.experts.w1", [4, 3, 5]),
    read: async (start?: number, end?: number) => {
      reads.push([start, end]);
      return new Float32Array(end! - start!);
    },
  };
  const layers = layersOf([tensor]);
  expect(reads).toEqual([]);
  await layers[2]!.read();
  expect(reads).toEqual([[30, 45]]);
});

describe("the shape of the matrix", () => {
  test.each([
    ["stft_conv.weight", [258, 1, 256], [258, 256], 1],
    ["conv1.weight", [128, 129, 3], [128, 387], 1],
    ["final_conv.weight", [1, 128, 1], [1, 128], 1],
    ["conv3d.weight", [4, 3, 2, 2, 2], [4, 24], 1],
    ["visual.patch_embed.proj.weight", [4, 3, 2, 2, 2], [4, 24], 1],
    ["conv1d/kernel", [3, 8, 4], [24, 4], 1],
    ["separable_conv2d/pointwise_kernel:0", [1, 1, 8, 16], [8, 16], 1],
    ["Attention_0/query/kernel", [24, 3, 8], [24, 24], 1],
    ["Attention_0/out/kernel", [3, 8, 24], [24, 24], 1],
    // No telling name: a short last extent is a kernel, a long one a stack of matrices.
    ["stem.weight", [8, 4, 64], [8, 256], 1],
    ["stem.weight", [8, 4, 65], [4, 65], 8],
    ["stem.weight", [8, 1, 65], [8, 65], 1],
    ["convs.0.weight", [8, 4, 65], [8, 260], 1],
    ["blk.0.ffn_up_exps.weight", [8, 4, 6], [4, 6], 8],
    ["experts.w1", [1, 4, 6], [4, 6], 1],
    // One numbered expert is not a stack of experts.
    ["experts.0.proj.weight", [8, 4, 3], [8, 12], 1],
    ["fc1.weight", [1, 64], [1, 64], 1],
    ["fc1.weight", [64, 1], [64, 1], 1],
  ])("%s %j is %j, %i times", (name, shape, matrixShape, parts) => {
    const layers = layersOf([counting(name, shape)]);
    expect(layers.map((layer) => layer.matrixShape)).toEqual(
      Array.from({ length: parts }, () => matrixShape),
    );
  });

  test.each([
    ["w", [2, 2, 2, 2, 2, 2]],
    ["scale_table", [1, 1, 64]],
    ["norm.weight", [8, 8, 8]],
    ["conv.weight_g", [8, 1, 1]],
    ["separable_conv2d/depthwise_kernel:0", [3, 3, 8, 2]],
  ])("%s %j is no matrix", (name, shape) => {
    expect(layersOf([counting(name, shape)])[0]!.skip!.reason).toBe("not-a-matrix");
  });
});
