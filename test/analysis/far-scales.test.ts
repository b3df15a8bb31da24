import { describe, expect, test } from "vitest";
import { analysisResultSchema, analyze, type LayerResult, tensorOf } from "../../src/index.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { gaussian, plant } from "../noise.ts";

const [rows, columns] = [80, 120];
const unequal = gaussian(rows, columns, 1, "unequal");
for (let i = 0; i < rows; i++) {
  for (let j = 0; j < columns; j++) unequal.data[i * columns + j]! *= 0.6 + (0.8 * i) / rows;
}
const matrices = {
  "spiked.weight": plant(gaussian(rows, columns, 1, "far"), 40, "far"),
  "unequal.weight": unequal,
};

const scaled = (scale: number) =>
  Object.entries(matrices).map(([name, { data }]) =>
    tensorOf(
      name,
      [rows, columns],
      data.map((entry) => entry * scale),
    ),
  );

const all = { vectors: true, comparableAlpha: true, null: "permute" } as const;
const resultAt = (scale: number, options = {}) =>
  analyze({ id: "far", tensors: () => scaled(scale) }, { ...all, ...options });

/** Numbers without a unit, and numbers in the unit of the weights over the scale. */
function numbersOf(layer: LayerResult, scale: number) {
  const { marchenkoPastur: fit, powerLaw, concentration, metrics } = layer;
  return {
    discrete: [
      layer.verdict,
      fit!.spikes.length,
      fit!.spikesBelow!.length,
      powerLaw!.tailCount,
      concentration!.rank,
      layer.secondOpinions?.length,
    ],
    continuous: [
      fit!.pValue,
      fit!.ksDistance,
      fit!.softRank,
      fit!.scale / scale,
      fit!.spikes[0]?.singularValue === undefined ? 0 : fit!.spikes[0].singularValue / scale,
      fit!.spikes[0]?.vectors?.left.participationRatio ?? 0,
      powerLaw!.alpha,
      concentration!.ratio,
      concentration!.majorityRatio,
      metrics!.stableRank,
      metrics!.effectiveRank,
      metrics!.frobeniusNorm! / scale,
      layer.comparableAlpha!.alpha,
      layer.comparableAlpha!.pooledAlpha,
      layer.permutationNull!.largestStandardDeviation / scale,
      ...(layer.secondOpinions ?? []).flatMap(({ pValue, scale: s }) => [pValue, s / scale]),
    ],
  };
}

const near = await resultAt(1);

test("the layers have all that is compared", () => {
  const [spiked, other] = near.checkpoints[0]!.layers;
  expect(spiked!.verdict).toBe("noise-with-spikes");
  expect(spiked!.marchenkoPastur!.spikes[0]!.vectors).toBeDefined();
  expect(other!.verdict).toBe("structured");
  expect(other!.secondOpinions!.length).toBe(2);
});

describe.each([1e-305, 1e-300, 1e-170, 1e-158, 1e-140, 1e140, 1e153, 1e155, 1e300, 1e306])(
  "entries of about %f",
  (scale) => {
    test("have what has no unit as entries near 1 have it, and null for what they can't have", async () => {
      const result = await resultAt(scale);
      expect(analysisResultSchema.parse(result)).toEqual(result);
      const hasSquares = scale === 1e-140 || scale === 1e140;
      const [{ layers }] = result.checkpoints as [(typeof result.checkpoints)[number]];
      for (const [i, layer] of layers.entries()) {
        const [is, was] = [numbersOf(layer, scale), numbersOf(near.checkpoints[0]!.layers[i]!, 1)];
        expect(is.discrete).toEqual(was.discrete);
        // Rounding of entries by the scale, times condition numbers under 100 and the slope of p, under 10 M.
        for (const [k, value] of is.continuous.entries())
          expect(Math.abs(value! - was.continuous[k]!)).toBeLessThanOrEqual(
            1e-9 * Math.abs(was.continuous[k]!),
          );
        expect(layer.spectrum!.quantiles.length).toBe(hasSquares ? 257 : 0);
        expect(layer.spectrum!.histogram.counts.length > 0).toBe(hasSquares);
        for (const each of [layer.marchenkoPastur!.lambdaMinus, layer.powerLaw!.xmin])
          expect(each === null || each > 2 ** -1022).toBe(true);
        if (scale > 1e154 || scale < 1e-155) {
          expect(layer.marchenkoPastur!.lambdaPlus).toBeNull();
          expect(layer.powerLaw!.xmin).toBeNull();
        }
      }
      expect(result.warnings.length).toBe(hasSquares ? 0 : 1);
      if (!hasSquares) expect(result.warnings[0]).toContain("range of float64 and not given: spiked.weight");
    });
  },
);

test.each([1e-200, 1e200])("of a layer with entries of about %f everything is written", async (scale) => {
  const result = await resultAt(scale);
  expect(JSON.parse(renderJson(result))).toEqual(result);
  const texts = [renderTerminal(result, { columns: 100, color: false }), renderMarkdown(result)];
  for (const text of [...texts, await renderReport(result)]) {
    expect(text).toContain("spiked.weight");
    expect(text).not.toMatch(/NaN|Infinity/);
  }
});

test("a layer read by rows has the same second opinions far from 1", async () => {
  // More than 64 MiB, from where layers are read by rows.
  const [tall, narrow] = [75_000, 120];
  const { data } = gaussian(tall, narrow, 1, "tall");
  for (const i of data.keys()) data[i]! *= 0.6 + (0.8 * i) / data.length;
  const opinionsAt = async (scale: number) => {
    for (const i of data.keys()) data[i]! *= scale;
    const model = { id: "far", tensors: () => [tensorOf("tall.weight", [tall, narrow], data)] };
    return (await analyze(model)).checkpoints[0]!.layers[0]!.secondOpinions!;
  };
  const was = await opinionsAt(1);
  const is = await opinionsAt(2 ** -900);
  expect(was.map(({ id }) => id)).toContain("separable-law");
  for (const [i, { id, pValue, scale }] of is.entries()) {
    expect(id).toBe(was[i]!.id);
    // The variances' logarithms, up to 1250, are rounded: 1e-13 of them, times the slope of p, under 10 M.
    expect(Math.abs(pValue - was[i]!.pValue)).toBeLessThan(1e-9);
    expect((scale * 2 ** 900) / was[i]!.scale).toBeCloseTo(1, 12);
  }
});

test.each([2 ** -700, 2 ** 700])("an estimate is the same times %f", async (scale) => {
  const [is, was] = [await resultAt(scale, { method: "lanczos" }), await resultAt(1, { method: "lanczos" })];
  for (const [i, { spectrum, metrics }] of is.checkpoints[0]!.layers.entries()) {
    const other = was.checkpoints[0]!.layers[i]!;
    expect(metrics!.stableRank! / other.metrics!.stableRank!).toBeCloseTo(1, 12);
    expect(spectrum!.top[63]! / scale / other.spectrum!.top[63]!).toBeCloseTo(1, 12);
  }
});

test("singular values beyond float64 are a reason to skip a layer, and nothing more", async () => {
  const result = await analyze(
    { id: "far", tensors: () => [...scaled(1e307), ...scaled(1).slice(0, 1)] },
    all,
  );
  const [first, , third] = result.checkpoints[0]!.layers;
  expect([first!.reason, first!.detail]).toEqual([
    "non-finite",
    "singular values are beyond the range of float64",
  ]);
  expect(third!.verdict).toBe("noise-with-spikes");
});

test("any error names its layer, in the stack too", async () => {
  const engine = {
    ...typedArrayEngine,
    singularValues: async () => {
      throw new RangeError("odd number");
    },
  };
  const failed = analyze({ id: "far", tensors: () => scaled(1).slice(1) }, { engine });
  const error = await failed.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(RangeError);
  expect(error!.message).toBe("unequal.weight: odd number");
  expect(error!.stack).toMatch(/^RangeError: unequal\.weight: odd number\n {4}at /);
});
