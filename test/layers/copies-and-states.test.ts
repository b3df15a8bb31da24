import { describe, expect, test } from "vitest";
import { layersOf } from "../../src/layers/layers-of.ts";
import { describedOnly } from "./described.ts";

const reasons = (names: [string, number[]][], options = {}) =>
  layersOf(
    names.map(([name, shape]) => describedOnly(name, shape)),
    options,
  ).map(({ skip }) => skip?.reason ?? null);

describe("averages over training", () => {
  test.each<[string, string]>([
    ["fc.weight", "ema.fc.weight"],
    ["model.fc.weight", "ema_model.fc.weight"],
    ["model.fc.weight", "model_ema.module.fc.weight"],
    ["state_dict.fc.weight", "state_dict_ema.fc.weight"],
    ["online_model.fc.weight", "ema_model.module.fc.weight"],
    ["fc.weight", "averaged_model.module.fc.weight"],
    ["fc.weight", "average_model.fc.weight"],
    ["fc.weight", "swa_model.fc.weight"],
    ["fc.weight", "fc.weight_ema"],
    ["generator.fc.weight", "generator_ema.fc.weight"],
    // Latent diffusion takes the dots out.
    ["model.diffusion_model.input_blocks.0.weight", "model_ema.diffusion_modelinput_blocks0weight"],
  ])("%s is analysed, %s is a copy", (own, copy) => {
    const both: [string, number[]][] = [
      [copy, [4, 3]],
      [own, [4, 3]],
    ];
    expect(reasons(both)).toEqual(["duplicate", null]);
    // The copy is analysed where the weights themselves are left out, and alone.
    expect(reasons(both, { include: [copy] })).toEqual([null, "excluded"]);
    expect(reasons(both, { exclude: [own] })).toEqual([null, "excluded"]);
    expect(reasons([[copy, [4, 3]]])).toEqual([null]);
    expect(reasons([both[0]!, [own, [4, 4]]])).toEqual([null, null]);
  });

  test.each(["schema.fc.weight", "emaciated.weight", "cinema.fc.weight", "ma.ema2.weight"])(
    "%s is no copy",
    (name) => {
      expect(
        reasons([
          ["fc.weight", [4, 3]],
          [name, [4, 3]],
        ]),
      ).toEqual([null, null]);
    },
  );
});

describe("optimizer states", () => {
  test.each([
    "optimizer.state.0.exp_avg",
    "optimizer_state_dict.state.3.exp_avg_sq",
    "optimizer_D.state.0.momentum_buffer",
    "state.optimizer.mu.fc.weight",
    "checkpoint.opt_state.0.mu.params.Dense_0.kernel",
    "opt_state/0/nu/Dense_0/kernel",
    "training/Adam/dense/kernel/m:0",
    "dense/kernel/Adam:0",
    "dense/kernel/Adam_1",
    "conv/kernel/Momentum",
    "state.0.square_avg",
    "fc.weight.momentum_buffer",
    "layers.0.exp_avg_sq_row",
    "optimizer/vars/3",
  ])("%s", (name) => {
    expect(reasons([[name, [4, 3]]])).toEqual(["optimizer-state"]);
  });

  test.each([
    "encoder.optimal.weight",
    "adam.fc.weight",
    "momentum_encoder.fc.weight",
    "model.optimizer_head.weight",
  ])("%s is a weight", (name) => {
    expect(reasons([[name, [4, 3]]])).toEqual([null]);
  });
});

describe("convolutions", () => {
  test("depthwise by name", () => {
    expect(
      reasons([
        ["stages.0.blocks.0.conv_dw.weight", [8, 1, 7, 7]],
        ["layer.0.dwconv.weight", [8, 1, 7, 7]],
        ["block.depthwise.weight", [8, 1, 3]],
        ["block.depthwise_conv.weight", [16, 1, 3, 3]],
        ["conv/depthwise_kernel:0", [3, 3, 8, 1]],
        ["MobilenetV1/Conv2d_1_depthwise/depthwise_weights", [3, 3, 8, 1]],
        ["block.depthwise_separable.pointwise.weight", [16, 8, 1, 1]],
      ]),
    ).toEqual([...Array.from({ length: 6 }, () => "not-a-matrix"), null]);
  });

  test("depthwise by what comes before it, in the order of numbers, and first ones of one channel are not", () => {
    expect(
      reasons([
        ["features.10.weight", [16, 1, 3, 3]],
        ["features.0.weight", [8, 1, 3, 3]],
        ["features.2.weight", [8, 1, 3, 3]],
        ["features.3.weight", [16, 8, 1, 1]],
      ]),
    ).toEqual(["not-a-matrix", null, "not-a-matrix", null]);
  });

  test("a transposed one down to one channel is not depthwise", () => {
    const tensors: [string, number[]][] = [
      ["up.0.weight", [8, 4, 1, 1]],
      ["up.1.weight", [8, 1, 4, 4]],
      ["up.1.bias", [1]],
    ];
    expect(reasons(tensors)).toEqual([null, null, "not-a-matrix"]);
  });

  test("a bias tells that inputs come first", () => {
    const layers = layersOf([
      describedOnly("up.weight", [16, 8, 4, 4]),
      describedOnly("up.bias", [8]),
      describedOnly("down.weight", [16, 8, 4, 4]),
      describedOnly("down.bias", [16]),
    ]);
    expect(layers.map(({ orientation }) => orientation)).toEqual(["in-out", "out-in", "out-in", "out-in"]);
  });

  test("a whole kernel has axes, other matrices have none", () => {
    const shapes: [string, number[]][] = [
      ["conv1.weight", [8, 4, 3, 3]],
      ["conv/kernel", [3, 5, 4, 8]],
      ["fc.weight", [8, 4]],
      ["experts.w1", [2, 8, 4]],
      ["Attention_0/query/kernel", [8, 2, 4]],
    ];
    const layers = layersOf(shapes.map(([name, shape]) => describedOnly(name, shape)));
    expect(layers.map(({ convolution }) => convolution)).toEqual([
      { outputs: 8, inputs: 4, size: [3, 3], outputsLast: false },
      { outputs: 8, inputs: 4, size: [3, 5], outputsLast: true },
      null,
      null,
      null,
      null,
    ]);
  });
});
