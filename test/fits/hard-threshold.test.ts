import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { invertBbp } from "../../src/fits/bbp.ts";
import { hardThreshold, medianHardThreshold } from "../../src/fits/hard-threshold.ts";

describe("the optimal hard threshold", () => {
  // Gavish & Donoho 2014, the table of lambda*(beta) to four decimals; the last is 4 / sqrt 3.
  test.each([
    [0.05, 1.5066],
    [0.1, 1.5816],
    [0.25, 1.758],
    [0.5, 1.9786],
    [1, 4 / Math.sqrt(3)],
  ])("at q = %d is %d noises", (q, coefficient) => {
    expect(Math.abs(hardThreshold(1, 10_000, 10_000 * q) / 100 - coefficient)).toBeLessThan(5.1e-5);
  });

  test("is where a direction costs as much left out as kept: t^2 = ||t e e' - y u v'||^2", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.double({ min: 1e-10, max: 1e10, noNaN: true }),
        (smaller, more, scale) => {
          const larger = smaller + more;
          const seen = hardThreshold(scale, larger, smaller);
          const { strength, overlapLeft, overlapRight } = invertBbp(seen, scale, larger, smaller)!;
          const cost =
            strength ** 2 + seen ** 2 - 2 * seen * strength * Math.sqrt(overlapLeft * overlapRight);
          // The overlaps come from differences of a few eps; nothing else is subtracted.
          expect(Math.abs(cost / strength ** 2 - 1)).toBeLessThan(1e-11);
          expect(seen).toBeGreaterThan(scale * (Math.sqrt(larger) + Math.sqrt(smaller)));
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  test("from the median: lambda*/sqrt of the median of the Marchenko-Pastur law", () => {
    // SciPy 1.17.1, quad and brentq on the density in the angle; 2.858 is in the abstract of the paper.
    for (const [larger, smaller, omega] of [
      [1000, 100, 1.6087715573947494],
      [200, 100, 2.1711853484538257],
      [100, 100, 2.858362424069533],
    ] as const) {
      const values = Float64Array.from({ length: smaller }, (_, i) => (i < 50 ? 3 : 1)).fill(2, 49, 51);
      expect(Math.abs(medianHardThreshold(values, larger) / 2 - omega)).toBeLessThan(1e-12);
    }
  });

  test("takes the middle of an odd number of values, and the mean of the two of an even one, in any order", () => {
    const three = medianHardThreshold([9, 1, 2], 3);
    expect(medianHardThreshold([1, 2, 100], 3)).toBe(three);
    expect(medianHardThreshold([1, 3, 0, 9], 4) / 2).toBeCloseTo(three / 2, 12);
  });

  test("refuses what is no shape and no scale", () => {
    expect(() => hardThreshold(0, 3, 3)).toThrow(UsageError);
    expect(() => hardThreshold(Number.NaN, 3, 3)).toThrow(UsageError);
    expect(() => hardThreshold(1, 3, 4)).toThrow(UsageError);
    expect(() => hardThreshold(1, 3, 0)).toThrow(UsageError);
    expect(() => medianHardThreshold([], 3)).toThrow(UsageError);
  });
});
