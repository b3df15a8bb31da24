import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { einsumAxes } from "../../src/checkpoint/einsum-axes.ts";
import { flaxAxes } from "../../src/checkpoint/flax-axes.ts";
import { ggufAxes } from "../../src/checkpoint/gguf-axes.ts";
import { kerasUse } from "../../src/checkpoint/keras-axes.ts";
import { kerasLayers } from "../../src/checkpoint/keras-layers.ts";
import { onnx } from "../../src/checkpoint/onnx.ts";
import { tfjsUses } from "../../src/checkpoint/tfjs-uses.ts";
import { initializer, num, onnxOf, raw, sub } from "./onnx-files.ts";

const shapes = (count: number) => Array.from({ length: count }, (_, i) => i + 2);

describe("a layer of Keras", () => {
  const described = kerasLayers(
    JSON.stringify({
      class_name: "Functional",
      config: {
        name: "net",
        layers: [
          { class_name: "Conv2DTranspose", config: { name: "up" } },
          {
            class_name: "TimeDistributed",
            config: { name: "steps", layer: { class_name: "Dense", config: { name: "d" } } },
          },
          { class_name: "EinsumDense", config: { name: "mix", equation: "abc,cd->abd" } },
          { class_name: "GRU", config: { name: "__proto__" } },
          { class_name: "Dense", config: { name: "twice" } },
          { class_name: "Conv1D", config: { name: "twice" } },
        ],
      },
    }),
  );

  test.each([
    ["up/kernel", 4, ["space", "space", "out", "in"]],
    ["layers/up/vars/0", 4, ["space", "space", "out", "in"]],
    ["steps/kernel", 2, ["in", "out"]],
    ["mix/kernel", 2, ["in", "out"]],
    ["__proto__/gru_cell/recurrent_kernel", 2, ["state", "out"]],
    ["constructor/kernel", 2, ["in", "out"]],
    ["twice/kernel", 3, undefined],
    ["conv1d_4/kernel:0", 3, ["space", "in", "out"]],
    ["separable_conv2d/pointwise_kernel", 4, ["space", "space", "in", "out"]],
    ["depthwise_conv2d_1/kernel", 4, ["space", "space", "group", "out"]],
    ["bidirectional/forward_lstm/lstm_cell/kernel", 2, ["in", "out"]],
    ["layers/embedding/vars/0", 2, ["token", "feature"]],
    ["layers/lstm/cell/vars/1", 2, ["state", "out"]],
    ["layers/dense/vars/1", 1, undefined],
    ["dense/toString", 2, undefined],
  ] as const)("uses %s with %i axes as %j", (path, axes, expected) => {
    expect(kerasUse(path, shapes(axes), described)?.axes).toEqual(expected);
  });

  test("has the gates of its class", () => {
    expect(kerasUse("layers/lstm/cell/vars/0", [3, 8], described)?.gates).toEqual(["i", "f", "g", "o"]);
    expect(kerasUse("__proto__/kernel", [3, 9], described)?.gates).toEqual(["z", "r", "n"]);
  });

  test("without a description that can be read is known by names alone", () => {
    for (const text of ["", "[", "null", '{"class_name": 3, "config": []}'])
      expect(kerasLayers(text).size).toBe(0);
  });
});

test.each([
  ["abc,cde->abde", 1, ["in", "out", "out"]],
  ["abcd,cde->abe", 1, ["in", "in", "out"]],
  ["eab,ebc->eac", 1, ["stack", "in", "out"]],
  ["ab,cb->ca", 0, ["out", "in"]],
  ["abc,cbd->abd", 1, null],
  ["...x,xy->...y", 1, ["in", "out"]],
  ["ab->ba", 0, null],
  ["a,b", 0, null],
  ["", 1, null],
] as const)("an operand of %s (%i) has axes %j", (equation, operand, expected) => {
  expect(einsumAxes(equation, operand)).toEqual(expected);
});

test.each([
  ["blk.0.attn_q.weight", 2, ["out", "in"]],
  ["token_embd.weight", 2, ["token", "feature"]],
  ["blk.3.ffn_up_exps.weight", 3, ["stack", "out", "in"]],
  ["blk.3.ssm_conv1d.weight", 2, ["group", "space"]],
  ["v.patch_embd.weight", 4, ["out", "in", "space", "space"]],
  ["blk.0.attn_k_b.weight", 3, null],
  ["output_norm.weight", 1, null],
] as const)("llama.cpp's %s with %i axes has %j", (name, axes, expected) => {
  expect(ggufAxes(name, shapes(axes))).toEqual(expected);
});

test.each([
  ["params/Dense_0/kernel", [3, 4], null, ["in", "out"]],
  ["params/attention/query/kernel", [6, 2, 4], [2, 4], ["in", "out", "out"]],
  ["params/layers/mlp/kernel", [12, 6, 8], [12, 8], ["stack", "in", "out"]],
  ["params/Conv_0/kernel", [3, 6, 8], [8], ["space", "in", "out"]],
  ["params/attention/out/kernel", [2, 4, 6], [6], null],
  ["params/square/kernel", [4, 4, 4], [4, 4], null],
  ["params/ConvTranspose_0/kernel", [3, 3, 6, 8], null, ["space", "space", "in", "out"]],
  ["params/Embed_0/embedding", [30, 4], null, ["token", "feature"]],
  ["params/LayerNorm_0/scale", [4], null, null],
] as const)("Flax' %s of [%j] with a bias of %j has %j", (name, shape, bias, expected) => {
  expect(flaxAxes(name, shape, () => bias)).toEqual(expected);
});

const node = (operator: string, inputs: readonly string[], output: string, ...rest: readonly Uint8Array[]) =>
  sub(1, ...inputs.map((input) => sub(1, input)), sub(2, output), sub(4, operator), ...rest);
const weight = (name: string, ...shape: number[]) =>
  initializer(name, shape, raw(4 * shape.reduce((product, extent) => product * extent, 1)));
const whole = (name: string, value: number) => sub(5, sub(1, name), num(3, value));

async function usesIn(...graph: readonly Uint8Array[]) {
  const source = memorySource(onnxOf(...graph), "m.onnx");
  const { tensors } = await onnx.open(source, { files: ["m.onnx"], open: async () => null });
  return Object.fromEntries(tensors.map(({ name, use }) => [name, use?.axes ?? null]));
}

describe("a weight of an ONNX graph", () => {
  test("is what the first node that uses it says", async () => {
    const graph = [
      weight("tied", 9, 4),
      node("Gather", ["tied", "ids"], "x"),
      node("Transpose", ["tied"], "t"),
      node("MatMul", ["x", "t"], "y"),
    ];
    expect(await usesIn(...graph)).toEqual({ tied: ["token", "feature"] });
  });

  test("may be on the left, be a stack, be cast and transposed before, or be a group of channels", async () => {
    const uses = await usesIn(
      weight("left", 5, 4),
      weight("stack", 2, 5, 4),
      weight("turned", 4, 5, 2),
      weight("grouped", 8, 2, 3),
      weight("single", 8, 1, 3),
      node("MatMul", ["left", "x"], "a"),
      node("MatMul", ["x", "stack"], "b"),
      // Axis j of the result is axis perm_j: [5, 2, 4] arrives, of which the first is a stack.
      node("Transpose", ["turned"], "t", sub(5, sub(1, "perm"), sub(8, Uint8Array.of(1, 2, 0)))),
      node("Cast", ["t"], "c"),
      node("MatMul", ["x", "c"], "d"),
      node("Conv", ["x", "grouped"], "e", whole("group", 4)),
      node("Conv", ["x", "single"], "f", whole("group", 8)),
    );
    expect(uses).toEqual({
      left: ["out", "in"],
      stack: ["stack", "in", "out"],
      turned: ["out", "stack", "in"],
      grouped: ["out", "in", "space"],
      single: ["group", "in", "space"],
    });
  });

  test("is none where no node tells, its order is no order of axes, or nodes go in circles", async () => {
    const uses = await usesIn(
      weight("added", 4, 4),
      weight("askew", 4, 5),
      weight("columns", 4, 5),
      node("Add", ["x", "added"], "a"),
      node("Transpose", ["askew"], "t", sub(5, sub(1, "perm"), sub(8, Uint8Array.of(1, 1)))),
      node("MatMul", ["x", "t"], "b"),
      node("Gather", ["columns", "ids"], "c", whole("axis", 1)),
      node("Identity", ["q"], "p"),
      node("Identity", ["p"], "q"),
      node("MatMul", ["x", "p"], "d"),
    );
    expect(uses).toEqual({ added: null, askew: null, columns: null });
  });
});

test("a topology of TensorFlow.js of any JSON tells nothing or what it can", () => {
  for (const topology of [
    null,
    [],
    3,
    { node: 4 },
    { node: [null, { name: 1 }, { name: "w", op: "Const", input: {} }] },
  ]) {
    expect(tfjsUses(topology)("w", [3, 4])).toBeNull();
  }
  const nodes = [
    { name: "w", op: "VariableV2" },
    { name: "read", op: "Identity", input: ["w"] },
    { name: "y", op: "MatMul", input: ["x", "read:0"], attr: { transpose_b: { b: true } } },
  ];
  expect(tfjsUses({ node: nodes })("w", [3, 4])?.axes).toEqual(["out", "in"]);
});
