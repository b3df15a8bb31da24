import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Tensor, tensorOf } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian } from "../noise.ts";
import { describedOnly } from "./described.ts";

const drawn = (name: string, rows: number, columns: number, shape = [rows, columns]) =>
  tensorOf(name, shape, gaussian(rows, columns, 1, name).data);

describe("low-rank pairs", () => {
  test.each<[string, string, number[], number[], [number, number]]>([
    ["m.q_proj.lora_A.weight", "m.q_proj.lora_B.weight", [2, 5], [7, 2], [7, 5]],
    ["m.q_proj.lora_A.default.weight", "m.q_proj.lora_B.default.weight", [2, 5], [7, 2], [7, 5]],
    ["m.embed.lora_embedding_A", "m.embed.lora_embedding_B", [2, 50], [7, 2], [7, 50]],
    [
      "lora_unet_mid_to_q.lora_down.weight",
      "lora_unet_mid_to_q.lora_up.weight",
      [2, 5, 3, 3],
      [7, 2, 1, 1],
      [7, 45],
    ],
    ["unet.to_q_lora.down.weight", "unet.to_q_lora.up.weight", [2, 5], [7, 2], [7, 5]],
    ["unet.to_q.lora.down.weight", "unet.to_q.lora.up.weight", [2, 5], [7, 2], [7, 5]],
  ])("%s and %s are one row", (a, b, aShape, bShape, shape) => {
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const tensors = order.map((name) => describedOnly(name, name === a ? aShape : bShape));
      const layers = layersOf(tensors);
      expect(layers).toHaveLength(1);
      const { tensor, tensors: sources, layer, matrixShape, orientation, skip, factored, part } = layers[0]!;
      expect([tensor, sources, layer, matrixShape]).toEqual([a, [a, b], a, shape]);
      expect([orientation, skip, part, factored!.rank]).toEqual(["out-in", null, null, 2]);
    }
  });

  test("MLX stores them in-out", () => {
    const pair = [describedOnly("m.q_proj.lora_a", [5, 2]), describedOnly("m.q_proj.lora_b", [2, 7])];
    const [layer] = layersOf(pair);
    expect([layer!.matrixShape, layer!.orientation, layer!.role]).toEqual([[5, 7], "in-out", "query"]);
  });

  test.each([
    ["without a partner", [describedOnly("m.lora_A.weight", [2, 5])]],
    ["of other ranks", [describedOnly("m.lora_A.weight", [2, 5]), describedOnly("m.lora_B.weight", [7, 3])]],
    [
      "of integers",
      [describedOnly("m.lora_A.weight", [2, 5], { dtype: "I8" }), describedOnly("m.lora_B.weight", [7, 2])],
    ],
    ["without entries", [describedOnly("m.lora_A.weight", [0, 5]), describedOnly("m.lora_B.weight", [7, 0])]],
    [
      "of one name",
      [
        describedOnly("m.lora_A.weight", [2, 5]),
        describedOnly("m.lora_A.weight", [2, 5]),
        describedOnly("m.lora_B.weight", [7, 2]),
      ],
    ],
  ])("they stay by themselves %s", (_, tensors) => {
    const layers = layersOf(tensors);
    expect(layers.map(({ tensors: sources }) => sources)).toEqual(tensors.map(() => null));
  });

  test("the scale is alpha / r, by a tensor or by the adapter's configuration", async () => {
    const a = tensorOf("m.q.lora_down.weight", [2, 3], Float64Array.of(1, 0, 0, 0, 1, 0));
    const b = tensorOf("m.q.lora_up.weight", [1, 2], Float64Array.of(3, 4));
    const alpha = tensorOf("m.q.alpha", [], Float64Array.of(8));
    const entries = async (tensors: Tensor[], config = {}) => [
      ...(await layersOf(tensors, { config })[0]!.read()).data,
    ];
    expect(await entries([a, b])).toEqual([3, 4, 0]);
    expect(await entries([a, b, alpha])).toEqual([12, 16, 0]);
    expect(await entries([a, b], { lora_alpha: 4 })).toEqual([6, 8, 0]);
    expect(await entries([a, b], { lora_alpha: 2, use_rslora: true })).toEqual(
      [3, 4].map((x) => x * (2 / Math.SQRT2)).concat(0),
    );
    expect(await entries([a, b], { lora_alpha: 4, alpha_pattern: { q: 6, other: 1 } })).toEqual([9, 12, 0]);
    expect(await entries([a, b], { lora_alpha: "4", alpha_pattern: [] })).toEqual([3, 4, 0]);
  });

  test("the alpha has a row of its own, and globs reach a pair by either name", () => {
    const tensors = [
      describedOnly("m.q.lora_up.weight", [7, 2]),
      describedOnly("m.q.lora_down.weight", [2, 5]),
      describedOnly("m.q.alpha", []),
    ];
    expect(layersOf(tensors).map(({ tensor, skip }) => [tensor, skip?.reason])).toEqual([
      ["m.q.lora_down.weight", undefined],
      ["m.q.alpha", "not-a-matrix"],
    ]);
    const [pair, alpha] = layersOf(tensors, { exclude: ["*lora_up*"] });
    expect([pair!.skip!.reason, pair!.entries, alpha!.entries]).toEqual(["excluded", 24, 1]);
  });
});

describe("weight norm", () => {
  const pairs: [string, string][] = [
    ["conv.weight_v", "conv.weight_g"],
    ["conv.parametrizations.weight.original1", "conv.parametrizations.weight.original0"],
  ];
  test.each(pairs)("%s and %s are one row of unit directions times norms", async (v, g) => {
    const directions = tensorOf(v, [2, 1, 2], Float32Array.of(3, 4, 0, 2));
    const norms = tensorOf(g, [2, 1, 1], Float32Array.of(10, 5));
    for (const tensors of [
      [norms, directions],
      [directions, norms],
    ]) {
      const layers = layersOf(tensors);
      expect(layers).toHaveLength(1);
      expect([layers[0]!.layer, layers[0]!.tensors, layers[0]!.kind]).toEqual([v, [v, g], "conv"]);
      expect((await layers[0]!.read()).data).toEqual(Float32Array.of(6, 8, 0, 5));
      // The entries in memory are as they were.
      expect(await directions.read()).toEqual(Float32Array.of(3, 4, 0, 2));
    }
  });

  test("norms along the last axis, and one for all", async () => {
    const v = tensorOf("m.weight_v", [2, 2], Float64Array.of(3, 0, 4, 2));
    const along = tensorOf("m.weight_g", [1, 2], Float64Array.of(10, 1));
    expect([...(await layersOf([v, along])[0]!.read()).data]).toEqual([6, 0, 8, 1]);
    const all = tensorOf("m.weight_g", [], Float64Array.of(Math.sqrt(29)));
    expect([...(await layersOf([v, all])[0]!.read()).data].map((x) => Math.round(x * 1e12) / 1e12)).toEqual([
      3, 0, 4, 2,
    ]);
  });

  test("a range of rows is the same range of the whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(5),
        async (rows, columns, first) => {
          const tensors = [drawn("m.weight_v", rows, columns), drawn("m.weight_g", rows, 1)];
          const [layer] = layersOf(tensors);
          const { data } = await layer!.read();
          const from = first % rows;
          const into = new Float64Array((rows - from) * columns);
          await layer!.readRows!(into, from);
          expect(into).toEqual(data.slice(from * columns));
        },
      ),
      { seed: 20241127, numRuns: 60 },
    );
  });

  test.each([
    [
      [2, 3],
      [3, 1],
    ],
    [
      [2, 3],
      [2, 2],
    ],
    [[3], [3]],
    [
      [0, 3],
      [0, 1],
    ],
  ])("directions %j and norms %j make nothing", (v, g) => {
    const layers = layersOf([describedOnly("m.weight_v", v), describedOnly("m.weight_g", g)]);
    expect(layers.map(({ tensors }) => tensors)).toEqual([null, null]);
  });
});

test("a pair's values are those of the product that nobody forms", async () => {
  const [layer] = layersOf([drawn("m.lora_A.weight", 4, 30), drawn("m.lora_B.weight", 20, 4)]);
  const dense = await computeSpectrum(await layer!.read());
  const { left, right } = await layer!.factored!.read();
  expect([left.rows, left.columns, right.rows, right.columns]).toEqual([20, 4, 4, 30]);
  expect(dense.singularValues[3]! / dense.singularValues[4]!).toBeGreaterThan(1e6);
});
