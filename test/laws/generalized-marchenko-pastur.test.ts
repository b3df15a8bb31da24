import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { generalizedMarchenkoPastur } from "../../src/laws/generalized-marchenko-pastur.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { separableLaw } from "../../src/laws/separable-law.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { eigenvalues } from "../../src/spectrum/spectrum.ts";
import { gaussian } from "../noise.ts";

describe("the generalised Marchenko-Pastur law", () => {
  test("with one population eigenvalue is the law of Marchenko and Pastur, to rounding", () => {
    for (const q of [1, 0.999999, 0.9, 0.25, 0.01, 3]) {
      const law = generalizedMarchenkoPastur([4], [7], q);
      const plain = marchenkoPastur(q, 2);
      for (const p of [0.01, 0.4, 0.7, 0.95, 0.999]) {
        const x = plain.quantile(p);
        if (x === 0) continue;
        // Both closed forms lose digits as eps / q.
        expect(Math.abs(law.cdf(x) - plain.cdf(x))).toBeLessThan(1e-13 + 4e-16 / q);
        expect(Math.abs(law.pdf(x) / plain.pdf(x) - 1)).toBeLessThan(1e-11);
      }
      expect(law.atomAtZero).toBe(plain.atomAtZero);
      expect(law.variance).toBeCloseTo(plain.variance, 10);
    }
  });

  test("agrees with noise whose columns have three variances, also in separate bulks", async () => {
    const [n, m] = [1500, 150];
    const values = [1, 3, 20];
    const matrix = gaussian(n, m, 1, "three");
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) matrix.data[i * m + j]! *= Math.sqrt(values[j % 3]!);
    }
    const ascending = eigenvalues(await computeSpectrum(matrix));
    const law = generalizedMarchenkoPastur(values, [1, 1, 1], m / n);
    expect(ksDistance(ascending, law.cdf)).toBeLessThan(0.02);
  });

  test("has as much in each bulk as its population eigenvalue weighs, and nothing between", () => {
    const law = generalizedMarchenkoPastur([1, 10, 100], [0.2, 0.5, 0.3], 0.02);
    for (const [x, p] of [
      [3, 0.2],
      [30, 0.7],
    ] as const) {
      expect(Math.abs(law.cdf(x) - p)).toBeLessThan(1e-12);
      expect(law.pdf(x)).toBeLessThan(1e-12);
    }
  });

  test("solves the equation of Silverstein and Choi on the axis", () => {
    // Outside the support x(m) = -1/m + q sum w t / (1 + t m) is real and rising in m; the edges are its turns.
    const law = generalizedMarchenkoPastur([1, 10], [0.5, 0.5], 0.02);
    const turn = (from: number, to: number, sign: 1 | -1) => {
      const value = (m: number) => -1 / m + 0.01 / (1 + m) + 0.1 / (1 + 10 * m);
      let best = Number.POSITIVE_INFINITY;
      for (let i = 1; i < 200_000; i++)
        best = Math.min(best, sign * value(from + ((to - from) * i) / 200_000));
      return sign * best;
    };
    // A grid of 2e5 points misses a smooth extremum by its second derivative times 1e-11.
    expect(Math.abs(law.support[1] / turn(-0.1, 0, 1) - 1)).toBeLessThan(1e-7);
    expect(Math.abs(law.support[0] / turn(-50, -1, -1) - 1)).toBeLessThan(1e-5);
  });

  test("is the separable law with equal rows", () => {
    const general = generalizedMarchenkoPastur([1, 3], [0.5, 0.5], 0.5);
    const separable = separableLaw([1, 1, 1, 1], [1, 3]);
    for (const x of [0.1, 0.5, 1, 2, 5]) expect(general.cdf(x)).toBeCloseTo(separable.cdf(x), 13);
  });

  test("refuses lists that do not match or are not positive", () => {
    expect(() => generalizedMarchenkoPastur([], [], 1)).toThrow(RangeError);
    expect(() => generalizedMarchenkoPastur([1, 2], [1], 1)).toThrow(RangeError);
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => generalizedMarchenkoPastur([bad], [1], 1)).toThrow(RangeError);
      expect(() => generalizedMarchenkoPastur([1], [bad], 1)).toThrow(RangeError);
      expect(() => generalizedMarchenkoPastur([1], [1], bad)).toThrow(RangeError);
    }
  });
});
