import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { tfjsUses } from "../../src/checkpoint/tfjs-uses.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

/** Weights of real graph models, and the nodes that they go into: the converter folds a norm into its convolution. */
const weights: Readonly<Record<string, { node: string; op: string; path: string | undefined }>> = {
  "PartitionedCall/model/conv2d_1/Conv2D_weights": {
    node: "PartitionedCall/model/batch_normalization_1/FusedBatchNormV3",
    op: "_FusedConv2D",
    path: "PartitionedCall.model.conv2d_1.kernel",
  },
  "PartitionedCall/model/conv2d_27/Conv2D/ReadVariableOp": {
    node: "PartitionedCall/model/conv2d_27/BiasAdd",
    op: "_FusedConv2D",
    path: "PartitionedCall.model.conv2d_27.kernel",
  },
  Const_5: {
    node: "model/batch_normalization_2/FusedBatchNormV3",
    op: "_FusedConv2D",
    path: "model.batch_normalization_2.kernel",
  },
  "Conv2D_28/filter": { node: "model/bn/FusedBatchNormV3", op: "_FusedConv2D", path: undefined },
};
const topology = {
  node: Object.entries(weights).flatMap(([name, { node, op }]) => [
    { name, op: "Const" },
    { name: node, op, input: ["x", name] },
  ]),
};
const shape = [1, 1, 12, 20];

describe("a convolution into which a batch norm was folded", () => {
  test.each(Object.entries(weights))("%s goes by its own layer's name", (name, { path }) => {
    const use = tfjsUses(topology)(name, shape)!;
    expect(use.axes).toEqual(["space", "space", "in", "out"]);
    expect(use.path).toBe(path);
  });

  test("is a matrix, whatever it is called", () => {
    const useOf = tfjsUses(topology);
    const read = () => Promise.reject(new Error("recognising a layer reads nothing"));
    const tensors = Object.keys(weights).map((name): Tensor => {
      const plain = { name, shape, dtype: "F32", sizeBytes: 0, file: "", storage: null, read };
      return { ...plain, use: useOf(name, shape)! };
    });
    expect(
      layersOf(tensors).map(({ kind, orientation, matrixShape }) => [kind, orientation, matrixShape]),
    ).toEqual(tensors.map(() => ["conv", "in-out", [12, 20]]));
  });
});
