import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitLikeWeightwatcher } from "../../src/compat/weightwatcher/power-law.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** The formulas as they are written, without sums kept or candidates given up: O(n^2). */
function byTheFormulas(eigenvalues: readonly number[]) {
  const data = eigenvalues.filter((x) => x > 1e-5);
  let best = { alpha: Number.NaN, xmin: Number.NaN, distance: Number.POSITIVE_INFINITY, sigma: Number.NaN };
  for (const [start, xmin] of data.slice(0, -1).entries()) {
    const tail = data.slice(start);
    const n = tail.length;
    const alpha = 1 + n / tail.reduce((sum, x) => sum + Math.log(x / xmin), 0);
    const gaps = tail.map((x, i) => Math.abs(1 - (x / xmin) ** (1 - alpha) - i / n));
    const distance = Math.max(...gaps);
    if (distance < best.distance) best = { alpha, xmin, distance, sigma: (alpha - 1) / Math.sqrt(n) };
  }
  return { ...best, xmax: data.at(-1)! };
}

describe("the fit is that of the formulas, tried one by one", () => {
  test.each([
    ["a power law", (u: number, _: number) => u ** -0.5],
    ["exponential", (u: number, _: number) => -Math.log(u)],
    ["lognormal over twelve decades", (_: number, z: number) => Math.exp(3 * z)],
  ])("%s", (_, draw) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 120 }), (seed, count) => {
        const stream = randomStream(seed, ["power-law"]);
        const values = Float64Array.from({ length: count }, () =>
          draw(stream.uniform(), stream.normal()),
        ).sort();
        const fit = fitLikeWeightwatcher(values);
        const kept = values.filter((x) => x > 1e-5);
        if (kept.length < 2) {
          expect(fit).toBeNull();
          return;
        }
        const expected = byTheFormulas(Array.from(values));
        expect(fit!.xmin).toBe(expected.xmin);
        expect(fit!.xmax).toBe(expected.xmax);
        // Logarithms of up to 36 summed over 120 values, in two orders.
        for (const key of ["alpha", "sigma"] as const) {
          expect(Math.abs(fit![key] - expected[key])).toBeLessThanOrEqual(1e-10 * expected[key]);
        }
        expect(Math.abs(fit!.distance - expected.distance)).toBeLessThanOrEqual(1e-10);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

test("two values: alpha = 1 + 2 / ln r, D = 1/2 - e^-2", () => {
  const fit = fitLikeWeightwatcher(Float64Array.of(0, 1e-5, 2, 6))!;
  expect(fit.alpha).toBeCloseTo(1 + 2 / Math.log(3), 13);
  expect(fit.distance).toBeCloseTo(0.5 - Math.exp(-2), 14);
  expect(fit.sigma).toBeCloseTo(Math.SQRT2 / Math.log(3), 13);
  expect([fit.xmin, fit.xmax]).toEqual([2, 6]);
});

test("equal values: alpha is infinite, and the shortest tail, of two, is nearest", () => {
  const fit = fitLikeWeightwatcher(new Float64Array(9).fill(0.3))!;
  expect(fit).toEqual({ alpha: Infinity, xmin: 0.3, xmax: 0.3, distance: 0.5, sigma: Infinity });
});

test("values that differ by a few ulps keep their digits", () => {
  // Ratios 1 + i d: sum ln is d (0 + .. + 9) to first order where all of them are the tail.
  const d = 2 ** -30;
  const values = Float64Array.from({ length: 10 }, (_, i) => 1e3 * (1 + i * d));
  const expected = byTheFormulas(Array.from(values));
  const fit = fitLikeWeightwatcher(values)!;
  expect(fit.xmin).toBe(expected.xmin);
  // A ratio is rounded by 2^-53, and its logarithm is a few times 2^-30.
  expect(Math.abs(fit.alpha / expected.alpha - 1)).toBeLessThan(2 ** -21);
});

test.each([[[]], [[1]], [[1e-5, 1e-5, 7]], [[0, 0, 0]]])(
  "fewer than two values above 1e-5 have none: %j",
  (values) => {
    expect(fitLikeWeightwatcher(Float64Array.from(values))).toBeNull();
  },
);
