import { describe, expect, test } from "vitest";
import type { Dtype, Tensor } from "../../src/checkpoint/tensor.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { UsageError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { MOST_PARTS } from "../../src/layers/matrices-of.ts";

function floats(name: string, shape: number[], changes: Partial<Tensor> = {}): Tensor {
  return {
    ...tensorOf(name, shape, new Float32Array(shape.reduce((product, n) => product * n, 1))),
    ...changes,
  };
}

const reasons = (tensors: Tensor[], options = {}) =>
  layersOf(tensors, options).map(({ layer, skip }) => [layer, skip?.reason ?? null]);

describe("a skipped tensor has a reason", () => {
  test.each<[string, number[], Dtype, string]>([
    ["fc1.weight", [0, 4], "F32", "too-small"],
    ["fc1.bias", [0], "F32", "too-small"],
    ["fc1.weight", [4, 4], "I8", "integer"],
    ["mask", [4, 4], "BOOL", "integer"],
    ["bn1.num_batches_tracked", [], "I64", "integer"],
    ["temperature", [], "F32", "not-a-matrix"],
    ["optimizer.state.0.exp_avg", [4, 4], "F32", "optimizer-state"],
    ["optim.0.x", [4, 4], "F32", "optimizer-state"],
    ["exp_avg_sq.fc1.weight", [4, 4], "F32", "optimizer-state"],
    ["fc1.weight.momentum_buffer", [4, 4], "F32", "optimizer-state"],
    ["optimizer_weights/training/Adam/dense/kernel/m:0", [4, 4], "F32", "optimizer-state"],
  ])("%s %j of %s", (name, shape, dtype, reason) => {
    const [layer] = layersOf([floats(name, shape, { dtype })]);
    expect(layer!.skip!.reason).toBe(reason);
    expect(layer!.skip!.detail).toMatch(/^[A-Z].*\.$/);
    expect(layer!.matrixShape).toBeNull();
  });

  test("zeroth biases, which have a matrix's shape, are called what they are", () => {
    const [layer] = layersOf([floats("blocks.0.mlp.zeroth_bias", [16, 32])]);
    expect(layer!.kind).toBe("bias");
    expect(layer!.skip!.detail).toMatch(/^Zeroth biases/);
  });

  test("reading it throws a RangeError", async () => {
    await expect(layersOf([floats("fc1.bias", [4])])[0]!.read()).rejects.toThrow(RangeError);
  });
});

describe("tied weights", () => {
  test("the later of two tensors with the same bytes is tied to the first", () => {
    const layers = layersOf([
      floats("wte.weight", [4, 2], { storage: "7" }),
      floats("lm_head.weight", [4, 2], { storage: "7" }),
    ]);
    expect(layers.map(({ skip }) => skip?.reason ?? null)).toEqual([null, "tied"]);
    expect(layers[1]!.skip!.detail).toContain("wte.weight");
  });

  test("another shape, another storage or an unknown one is not tied", () => {
    const tensors = [
      floats("a.weight", [4, 2], { storage: "7" }),
      floats("b.weight", [2, 4], { storage: "7" }),
      floats("c.weight", [4, 2], { storage: "8" }),
      floats("d.weight", [4, 2]),
      floats("e.weight", [4, 2]),
    ];
    expect(layersOf(tensors).every(({ skip }) => skip === null)).toBe(true);
  });

  test("a tensor tied to an excluded one is analysed itself", () => {
    const tensors = [
      floats("wte.weight", [4, 2], { storage: "7" }),
      floats("lm_head.weight", [4, 2], { storage: "7" }),
    ];
    expect(reasons(tensors, { exclude: ["wte.*"] })).toEqual([
      ["wte.weight", "excluded"],
      ["lm_head.weight", null],
    ]);
  });

  test("a stack of more matrices than any model has stays whole", () => {
    const stacks = [floats("a.experts.w1", [MOST_PARTS + 1, 1, 1]), floats("b.experts.w1", [2, 1, 1])];
    expect(reasons(stacks)).toEqual([
      ["a.experts.w1", "not-a-matrix"],
      ["b.experts.w1[0]", null],
      ["b.experts.w1[1]", null],
    ]);
    expect(reasons(stacks, { include: ["b*"] })[0]).toEqual(["a.experts.w1", "excluded"]);
  });

  test("a tied stack of experts is one row", () => {
    const tensors = [
      floats("a.experts.w1", [2, 2, 2], { storage: "7" }),
      floats("b.experts.w1", [2, 2, 2], { storage: "7" }),
    ];
    expect(reasons(tensors)).toEqual([
      ["a.experts.w1[0]", null],
      ["a.experts.w1[1]", null],
      ["b.experts.w1", "tied"],
    ]);
  });
});

describe("include and exclude", () => {
  const tensors = [
    floats("model.layers.0.mlp.up_proj.weight", [4, 2]),
    floats("model.layers.0.mlp.up_proj.bias", [4]),
    floats("model.layers.0.mlp.experts.w1", [2, 2, 2]),
  ];

  test("what is not included is excluded, whatever else it is", () => {
    expect(reasons(tensors, { include: ["*.weight"] })).toEqual([
      ["model.layers.0.mlp.up_proj.weight", null],
      ["model.layers.0.mlp.up_proj.bias", "excluded"],
      ["model.layers.0.mlp.experts.w1[0]", "excluded"],
      ["model.layers.0.mlp.experts.w1[1]", "excluded"],
    ]);
  });

  test("exclude wins over include, and reaches a single expert", () => {
    const options = {
      include: ["model.layers.*.mlp.*"],
      exclude: ["*.bias", "model.layers.0.mlp.experts.w1[0]"],
    };
    expect(reasons(tensors, options)).toEqual([
      ["model.layers.0.mlp.up_proj.weight", null],
      ["model.layers.0.mlp.up_proj.bias", "excluded"],
      ["model.layers.0.mlp.experts.w1[0]", "excluded"],
      ["model.layers.0.mlp.experts.w1[1]", null],
    ]);
  });

  test("depths are the same whatever is excluded", () => {
    const stack = [0, 1, 2].map((i) => floats(`h.${i}.mlp.c_fc.weight`, [2, 4]));
    expect(layersOf(stack, { include: ["h.2.*"] }).map(({ depth }) => depth)).toEqual([0, 1, 2]);
  });

  test("a malformed pattern is wrong usage", () => {
    expect(() => layersOf(tensors, { include: [""] })).toThrow(UsageError);
  });
});

test("tensors of the same name become layers of different names", () => {
  const tensors = [floats("fc", [2, 2]), floats("fc", [2, 2]), floats("fc#2", [2, 2])];
  expect(new Set(layersOf(tensors).map(({ layer }) => layer)).size).toBe(3);
});
