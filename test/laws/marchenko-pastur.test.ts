import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marchenkoPastur, marchenkoPasturMoment } from "../../src/laws/marchenko-pastur.ts";

describe("the Marchenko-Pastur law", () => {
  test("has the quarter-circle law of its square root at aspect ratio 1: F(x) in closed form", () => {
    // For q = 1, x = y^2 with y on [0, 2]: F = (y sqrt(4 - y^2) / 2 + 2 asin(y / 2)) / pi.
    const law = marchenkoPastur(1, 1);
    for (const y of [0.01, 0.3, 1, 1.7, 1.99]) {
      const closed = ((y * Math.sqrt(4 - y * y)) / 2 + 2 * Math.asin(y / 2)) / Math.PI;
      expect(Math.abs(law.cdf(y * y) - closed)).toBeLessThan(4 * Number.EPSILON);
    }
  });

  test("tends to a semicircle as the aspect ratio tends to 0, and is exact on the way", () => {
    const q = 1e-10;
    const law = marchenkoPastur(q, 1);
    for (const u of [-0.9, -0.2, 0, 0.5, 0.99]) {
      const semicircle = 0.5 + (u * Math.sqrt(1 - u * u) + Math.asin(u)) / Math.PI;
      expect(Math.abs(law.cdf(1 + q + 2 * Math.sqrt(q) * u) - semicircle)).toBeLessThan(2 * Math.sqrt(q));
    }
  });

  test("joins its closed form and its series without a step", () => {
    for (const p of [0.01, 0.5, 0.99]) {
      const below = marchenkoPastur(1e-4 * (1 - 1e-9), 1);
      const above = marchenkoPastur(1e-4, 1);
      expect(Math.abs(below.quantile(p) - above.quantile(p))).toBeLessThan(1e-10);
    }
  });

  test("has the moments of Bai and Silverstein", () => {
    // m_1 = 1, m_2 = 1 + q, m_3 = 1 + 3 q + q^2, m_4 = 1 + 6 q + 6 q^2 + q^3 at unit scale.
    for (const q of [0.1, 0.5, 1, 3]) {
      expect(marchenkoPasturMoment(0, q, 1)).toBe(1);
      expect(marchenkoPasturMoment(2, q, 1)).toBeCloseTo(1 + q, 14);
      expect(marchenkoPasturMoment(3, q, 1)).toBeCloseTo(1 + 3 * q + q * q, 13);
      expect(marchenkoPasturMoment(4, q, 2)).toBeCloseTo(2 ** 8 * (1 + 6 * q + 6 * q * q + q ** 3), 8);
    }
    expect(() => marchenkoPasturMoment(1.5, 1, 1)).toThrow(RangeError);
  });

  test("is the same law in other units", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (q, s, p) => {
          const unit = marchenkoPastur(q, 1).quantile(p);
          const scaled = marchenkoPastur(q, s).quantile(p) / s ** 2;
          expect(Math.abs(scaled - unit)).toBeLessThanOrEqual(16 * Number.EPSILON * (1 + unit));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("refuses parameters that are not positive and finite", () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => marchenkoPastur(bad, 1)).toThrow(RangeError);
      expect(() => marchenkoPastur(1, bad)).toThrow(RangeError);
    }
  });
});
