import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { productLaw } from "../../src/laws/product-law.ts";
import { gaussLegendre } from "../../src/linalg/gauss-legendre.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian } from "../noise.ts";

/** Squared singular values of U H' / N, ascending, without those that are 0 by shape. */
async function squares(p: number, d: number, inner: number): Promise<Float64Array> {
  const u = gaussian(p, inner, 1, "u").data;
  const h = gaussian(d, inner, 1, "h").data;
  const data = new Float64Array(p * d);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += u[i * inner + k]! * h[j * inner + k]!;
      data[i * d + j] = sum / inner;
    }
  }
  const { singularValues } = await computeSpectrum({ rows: p, columns: d, data });
  return singularValues
    .slice(0, Math.min(p, d, inner))
    .map((s) => s * s)
    .reverse();
}

describe("the law of a product of two noise matrices", () => {
  // Acceptance S14 of the studies. Another draw, by numpy 2.4.6 with default_rng(14): 0.006, 0.015 and 0.006 for the
  // first three shapes, and 0.159, 0.051 and 0.014 from Marchenko-Pastur.
  test.each([
    [400, 400, 400],
    [400, 200, 1600],
    [400, 400, 8000],
    [400, 300, 120],
  ])("agrees with products of %i and %i rows over %i", async (p, d, inner) => {
    const law = productLaw(p / inner, d / inner, 1);
    const ascending = await squares(p, d, inner);
    const continuous = (x: number) => (law.cdf(x) - law.atomAtZero) / (1 - law.atomAtZero);
    // Distances of rigid spectra are a few over their count.
    expect(ksDistance(ascending, continuous)).toBeLessThan(Math.max(0.02, 4 / ascending.length));
    expect(law.atomAtZero).toBeCloseTo(1 - ascending.length / Math.min(p, d), 12);
    const plain = marchenkoPastur(d / p, Math.sqrt(p / inner));
    const distance = ksDistance(ascending, plain.cdf);
    if (inner === p) expect(distance).toBeGreaterThan(0.1);
    if (inner === 20 * p) expect(distance).toBeLessThan(0.02);
  });

  test("is the Fuss-Catalan law at p = d = N: edge, moments and density in closed form", () => {
    const law = productLaw(1, 1, 1);
    expect(law.support[0]).toBe(0);
    expect(Math.abs(law.support[1] - 27 / 4)).toBeLessThan(8 * Number.EPSILON);
    // Moments 1, 3, 12, 55: C(3k, k) / (2k + 1). Integrated in x = 27/4 t^3, which flattens the edge x^(-2/3).
    const { nodes, weights } = gaussLegendre(400);
    const moment = (k: number) =>
      nodes.reduce((sum, node, i) => {
        const t = (1 + node) / 2;
        const x = 6.75 * t ** 3;
        return sum + (weights[i]! / 2) * x ** k * law.pdf(x) * 6.75 * 3 * t * t;
      }, 0);
    for (const [k, value] of [1, 1, 3, 12, 55].entries()) {
      expect(Math.abs(moment(k) / value - 1)).toBeLessThan(1e-6); // the square-root edge at 27/4 under 400 nodes
    }
    // Penson & Zyczkowski 2011: with x = sin(3t)^3 / (sin(t) sin(2t)^2), p(x) = sin(t)^2 sin(2t) / (pi sin(3t)^2).
    for (const t of [0.05, 0.3, 0.7, 1]) {
      const x = Math.sin(3 * t) ** 3 / (Math.sin(t) * Math.sin(2 * t) ** 2);
      const density = (Math.sin(t) ** 2 * Math.sin(2 * t)) / (Math.PI * Math.sin(3 * t) ** 2);
      expect(Math.abs(law.pdf(x) / density - 1)).toBeLessThan(1e-12);
    }
  });

  test("tends to Marchenko-Pastur as the inner side grows", () => {
    for (const inner of [1e3, 1e5, 1e7]) {
      const law = productLaw(100 / inner, 40 / inner, 1);
      const plain = marchenkoPastur(0.4, Math.sqrt(100 / inner));
      for (const p of [0.01, 0.3, 0.8, 0.99]) {
        // The first correction is of the order of c1 + c2 = 140 / N.
        expect(Math.abs(law.cdf(plain.quantile(p)) - p)).toBeLessThan(140 / inner);
      }
    }
  });

  test("does not mind which factor comes first, nor the unit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (c1, c2, s, p) => {
          const x = productLaw(c1, c2, 1).quantile(p);
          expect(productLaw(c2, c1, 1).quantile(p)).toBe(x);
          expect(Math.abs(productLaw(c1, c2, s).cdf(x * s * s) - productLaw(c1, c2, 1).cdf(x))).toBeLessThan(
            1e-11,
          );
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test("refuses parameters that are not positive and finite", () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => productLaw(bad, 1, 1)).toThrow(RangeError);
      expect(() => productLaw(1, bad, 1)).toThrow(RangeError);
      expect(() => productLaw(1, 1, bad)).toThrow(RangeError);
    }
  });
});
