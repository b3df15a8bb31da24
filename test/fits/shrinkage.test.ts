import { describe, expect, test } from "vitest";
import { optimalShrinkage } from "../../src/fits/shrinkage.ts";
import { shrinkageLosses } from "../../src/fits/shrinkers.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { gaussian, plant } from "../noise.ts";

const [larger, smaller] = [400, 100];
/** Edge 30, threshold 1.758 * 20 = 35.16. */
const values = [90, 50, 32, 28, 20];

describe("the advice", () => {
  const advice = optimalShrinkage(values, larger, smaller, 1);

  test("keeps what is above the edge, and by the threshold what is above that", () => {
    expect(advice.shrunk.map(({ observed }) => observed)).toEqual([90, 50, 32]);
    expect(advice.rank).toBe(3);
    expect(advice.hardThreshold.rank).toBe(2);
    expect(optimalShrinkage(values, larger, smaller, 1, { spikes: 1 }).rank).toBe(1);
  });

  test("gives the risk in closed form: t^2 - shrunk^2 each, their sum in all", () => {
    for (const { observed, shrunk, risk, strength } of advice.shrunk) {
      // y^2 - N - M = t^2 + N M / t^2 is the BBP relation; the Frobenius shrinker is sqrt(( )^2 - 4 N M) / y.
      const a = observed ** 2 - larger - smaller;
      expect(strength ** 2 / ((a + Math.sqrt(a * a - 4 * larger * smaller)) / 2)).toBeCloseTo(1, 12);
      expect(shrunk / (Math.sqrt(a * a - 4 * larger * smaller) / observed)).toBeCloseTo(1, 12);
      expect(risk / (strength ** 2 - shrunk ** 2)).toBeCloseTo(1, 11);
    }
    const sum = (of: (value: (typeof advice.shrunk)[number]) => number) =>
      advice.shrunk.reduce((total, each) => total + of(each), 0);
    expect(advice.predictedError.absolute).toBeCloseTo(Math.sqrt(sum(({ risk }) => risk)), 10);
    const relative = Math.sqrt(sum(({ risk }) => risk) / sum(({ strength }) => strength ** 2));
    expect(advice.predictedError.relative).toBeCloseTo(relative, 12);
    const energy = values.reduce((total, value) => total + value * value, 0);
    expect(advice.energyKept).toBeCloseTo(sum(({ shrunk }) => shrunk ** 2) / energy, 12);
    expect(optimalShrinkage([90], larger, smaller, 1, { frobeniusNorm: 180 }).energyKept).toBeCloseTo(
      advice.shrunk[0]!.shrunk ** 2 / 180 ** 2,
      12,
    );
  });

  test("guarantees s^2 (N + M) a direction, which strong ones reach; the threshold 3 / 2 of it for squares", () => {
    // Gavish & Donoho 2014, abstract, for n x n: 2 n r s^2 by the best shrinkage, 3 n r s^2 by the threshold.
    for (const observed of [31, 40, 60, 300, 3e4]) {
      const { risk } = optimalShrinkage([observed], larger, smaller, 1).shrunk[0]!;
      expect(risk).toBeLessThan(larger + smaller);
      if (observed === 3e4) expect(risk / (larger + smaller)).toBeGreaterThan(1 - 1e-5);
    }
    for (const observed of [35, 39.999, 40.001, 45, 100]) {
      const { predictedError } = optimalShrinkage([observed], 300, 300, 1).hardThreshold;
      // At 40, which is 4 / sqrt 3 sqrt 300, it is 3 n s^2 to the digits of a step of 0.001.
      expect(predictedError.absolute ** 2).toBeLessThan(3 * 300 * 1.001);
      if (Math.abs(observed - 40) < 0.1)
        expect(predictedError.absolute ** 2).toBeGreaterThan(3 * 300 * 0.999);
    }
  });

  test("of cW is c times that of W; what has no unit stays", () => {
    for (const [loss, c] of shrinkageLosses.flatMap(
      (each) =>
        [
          [each, 2 ** 40],
          [each, 2 ** -700],
        ] as const,
    )) {
      const options = { loss, scaleStandardError: 0.01 };
      const plain = optimalShrinkage(values, larger, smaller, 1, options);
      const multiplied = optimalShrinkage(
        values.map((value) => value * c),
        larger,
        smaller,
        c,
        { loss, scaleStandardError: 0.01 * c },
      );
      // A power of two changes no digit.
      expect(multiplied.shrunk.map(({ shrunk }) => shrunk / c)).toEqual(
        plain.shrunk.map(({ shrunk }) => shrunk),
      );
      expect(multiplied.predictedError.absoluteStandardError / c).toBeCloseTo(
        plain.predictedError.absoluteStandardError,
        10,
      );
      expect(multiplied.predictedError.relative).toBe(plain.predictedError.relative);
      expect(multiplied.energyKept).toBe(plain.energyKept);
      expect(multiplied.hardThreshold.threshold).toBe(plain.hardThreshold.threshold * c);
    }
  });

  test("of pure noise is nothing, with no relative error", () => {
    const { rank, predictedError, energyKept, warnings } = optimalShrinkage([29, 20], larger, smaller, 1);
    expect([rank, energyKept, predictedError.absolute, predictedError.relative]).toEqual([0, 0, 0, null]);
    expect(warnings).toEqual([]);
  });

  test("warns of outliers under the bulk", () => {
    const { warnings, outliersBelow } = optimalShrinkage(values, larger, smaller, 1, { spikesBelow: 2 });
    expect(outliersBelow).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^2 outliers under the bulk/)]);
    expect(advice.outliersBelow).toBeNull();
  });
});

/** Sums of squares and products of outcomes, in standard errors of their predictions. */
function pulls(rows: number, columns: number, multiples: readonly number[], scaleError: number) {
  const draws = 80;
  const found: { strength: number; absolute: number; relative: number }[] = [];
  const threshold = (rows * columns) ** 0.25;
  for (let draw = 0; draw < draws; draw++) {
    const zero = { rows, columns, data: new Float64Array(rows * columns) };
    const planted = multiples.reduce((w, times, i) => plant(w, times * threshold, `${draw} ${i}`), zero);
    const noise = gaussian(rows, columns, 1, `shrinkage ${draw}`);
    const data = noise.data.map((entry, i) => entry + planted.data[i]!);
    const svd = thinSvd({ rows, columns, data });
    const truth = thinSvd(planted).values[0]!;
    // A scale that is off as its standard error says.
    const scale = 1 + scaleError * randomStream(1, ["scale", draw]).normal();
    const { shrunk, predictedError } = optimalShrinkage(
      svd.values,
      Math.max(rows, columns),
      Math.min(rows, columns),
      scale,
      { spikes: multiples.length, scaleStandardError: scaleError },
    );
    let error = 0;
    let energy = 0;
    const width = Math.min(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const entry = planted.data[i * columns + j]!;
        const denoised = shrunk.reduce(
          (sum, { shrunk: value }, k) => sum + value * svd.left[i * width + k]! * svd.right[j * width + k]!,
          0,
        );
        error += (denoised - entry) ** 2;
        energy += entry ** 2;
      }
    }
    const { absolute, absoluteStandardError, relative, relativeStandardError } = predictedError;
    found.push({
      strength: (truth - shrunk[0]!.strength) / shrunk[0]!.strengthStandardError,
      absolute: (Math.sqrt(error) - absolute) / absoluteStandardError,
      relative: (Math.sqrt(error / energy) - relative!) / relativeStandardError!,
    });
  }
  return { draws, found };
}

describe("the predicted error is that of simulated matrices, and scatters as its standard error says", () => {
  test.each([
    [40, 40, [2], 0],
    [120, 40, [3], 0],
    [60, 90, [4, 2.5], 0],
    [30, 200, [10], 0],
    [60, 90, [4, 2.5], 0.02],
  ] as const)(
    "%d x %d, planted at %j times the threshold, scale known to %d",
    (rows, columns, multiples, scaleError) => {
      const { draws, found } = pulls(rows, columns, multiples, scaleError);
      for (const of of ["strength", "absolute", "relative"] as const) {
        const mean = found.reduce((sum, pull) => sum + pull[of], 0) / draws;
        const square = found.reduce((sum, pull) => sum + pull[of] ** 2, 0) / draws;
        // Four standard errors of a mean, and of a mean square, of normal draws.
        expect(Math.abs(mean), `mean ${of}`).toBeLessThan(4 / Math.sqrt(draws));
        expect(Math.abs(square - 1), `mean square ${of}`).toBeLessThan(4 * Math.sqrt(2 / draws));
      }
    },
  );
});
