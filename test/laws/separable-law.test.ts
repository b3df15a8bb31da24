import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { solveDyson } from "../../src/laws/dyson-equation.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { separableLaw } from "../../src/laws/separable-law.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { eigenvalues } from "../../src/spectrum/spectrum.ts";
import { gaussian } from "../noise.ts";

/** Log-normal variances. */
function logNormal(count: number, spread: number, name: string): Float64Array {
  const stream = randomStream(97, ["log-normal", count, name]);
  return Float64Array.from({ length: count }, () => Math.exp(spread * stream.normal()));
}

describe("the law of noise with separable variances", () => {
  test("agrees with noise of log-normal rows and columns, KS under 0.01", async () => {
    // Acceptance S15 of the studies; there, with numpy 2.4.6 and default_rng(15), the distance is 0.0088.
    const [n, d] = [600, 300];
    const a = logNormal(n, 0.7, "rows");
    const b = logNormal(d, 0.7, "columns");
    const matrix = gaussian(n, d, 1, "separable");
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) matrix.data[i * d + j]! *= Math.sqrt(a[i]! * b[j]!);
    }
    const ascending = eigenvalues(await computeSpectrum(matrix));
    const law = separableLaw(a, b);
    expect(ksDistance(ascending, law.cdf)).toBeLessThan(0.01);
    // Far from Marchenko-Pastur of the same mean: its edge is at (1 + sqrt(1/2))^2.
    const plain = marchenkoPastur(d / n, Math.sqrt(law.mean));
    expect(ksDistance(ascending, plain.cdf)).toBeGreaterThan(0.1);
    expect(law.support[1]).toBeGreaterThan(plain.support[1] * 2);
    // Four eigenvalues are expected above the quantile of 1 - 4 / d: the largest is above, and not beyond the edge by
    // more than a few times d^(-2/3).
    expect(ascending[d - 1]!).toBeGreaterThan(law.quantile(1 - 4 / d));
    expect(ascending[d - 1]! / law.support[1] - 1).toBeLessThan(4 * d ** (-2 / 3));
  });

  test("is the law of Marchenko and Pastur when all variances are equal", () => {
    for (const [n, d] of [
      [1, 1],
      [1000, 999],
      [40, 10],
      [10, 40],
    ] as const) {
      const law = separableLaw(new Float64Array(n).fill(2), new Float64Array(d).fill(0.5));
      const plain = marchenkoPastur(Math.min(n, d) / Math.max(n, d), 1);
      for (const p of [0.001, 0.1, 0.5, 0.9, 0.999]) {
        expect(Math.abs(law.cdf(plain.quantile(p)) - p)).toBeLessThan(1e-13);
      }
      expect(Math.abs(law.support[1] / plain.support[1] - 1)).toBeLessThan(1e-13);
      expect(Math.abs(law.support[0] - plain.support[0])).toBeLessThan(1e-13 * plain.support[1]);
    }
  });

  test("is hardly moved by condensing its variances", () => {
    const [n, d] = [900, 300];
    for (const [spread, error] of [
      [0.2, 1e-7],
      [0.7, 2e-6],
      [2, 2e-4],
    ] as const) {
      const a = logNormal(n, spread, "whole rows");
      const b = logNormal(d, spread, "whole columns");
      const law = separableLaw(a, b);
      const whole = solveDyson(
        { values: a, weights: new Float64Array(n).fill(1 / n) },
        { values: b, weights: new Float64Array(d).fill(1 / n) },
      );
      for (const p of [0.01, 0.1, 0.5, 0.9, 0.99]) {
        expect(Math.abs(whole.tail(law.quantile(p)) - (1 - p))).toBeLessThan(error);
      }
      // The edges, at the poles of the equation, move ten times as much.
      expect(Math.abs(whole.upper / law.support[1] - 1)).toBeLessThan(10 * error);
      expect(Math.abs(whole.lower / law.support[0] - 1)).toBeLessThan(10 * error);
    }
  });

  test("rises from the atom to 1, whatever the variances, and does not mind transposing or units", () => {
    const variances = fc.array(
      fc.oneof(fc.constant(0), fc.double({ min: -12, max: 12, noNaN: true }).map(Math.exp)),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(variances, variances, fc.double({ min: -60, max: 60, noNaN: true }), (a, b, power) => {
        fc.pre(a.some((v) => v > 0) && b.some((v) => v > 0));
        const law = separableLaw(a, b);
        const other = separableLaw(
          b,
          a.map((v) => v * 10 ** power),
        );
        const [low, high] = law.support;
        let before = law.atomAtZero;
        for (let i = 1; i < 60; i++) {
          const x = low + (high - low) * Math.sin((Math.PI * i) / 120) ** 6;
          const value = law.cdf(x);
          expect(value).toBeGreaterThanOrEqual(before - 1e-12);
          expect(law.pdf(x)).toBeGreaterThanOrEqual(0);
          expect(Math.abs(other.cdf(x * 10 ** power) - value)).toBeLessThan(1e-9);
          before = value;
        }
        expect(law.cdf(high)).toBe(1);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("has an atom where rows or columns are dead", () => {
    expect(separableLaw([1, 1, 1, 1], [1, 0]).atomAtZero).toBe(0.5);
    expect(separableLaw([1, 0, 0, 0], [1, 1]).atomAtZero).toBe(0.5);
    expect(separableLaw([1, 1, 0, 0], [1, 1]).atomAtZero).toBe(0);
    expect(separableLaw([1, 1, 0, 0], [1, 1]).support[0]).toBe(0);
  });

  test("without some directions is the law of a smaller matrix, divided by the same N", () => {
    const law = separableLaw(new Float64Array(40).fill(1), new Float64Array(20).fill(1), 10);
    const plain = marchenkoPastur(10 / 30, Math.sqrt(30 / 40));
    for (const p of [0.1, 0.5, 0.9]) expect(Math.abs(law.cdf(plain.quantile(p)) - p)).toBeLessThan(1e-13);
    expect(law.mean).toBeCloseTo(plain.mean, 13);
    expect(law.variance).toBeCloseTo(plain.variance, 13);
  });

  test("refuses variances that are negative, not finite or all zero", () => {
    for (const bad of [[-1, 1], [Number.NaN], [Number.POSITIVE_INFINITY], [0, 0], []]) {
      expect(() => separableLaw(bad, [1])).toThrow(RangeError);
      expect(() => separableLaw([1], bad)).toThrow(RangeError);
    }
    expect(() => separableLaw([1, 1], [1, 1], 2)).toThrow(RangeError);
  });
});
