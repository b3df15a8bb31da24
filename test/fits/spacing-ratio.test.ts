import kstest from "@stdlib/stats-kstest";
import { describe, expect, test } from "vitest";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { spacingRatio } from "../../src/fits/spacing-ratio.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Singular values of noise, ascending, a row a draw. */
function noise(larger: number, smaller: number, draws: number): Float64Array[] {
  const { eigenvalues } = drawNullSpectra(larger, smaller, "spacings", draws);
  return Array.from({ length: draws }, (_, d) =>
    eigenvalues.subarray(d * smaller, (d + 1) * smaller).map((lambda) => Math.sqrt(lambda * larger)),
  );
}

/** Independent values, ascending. */
function independent(count: number, key: number): Float64Array {
  const { uniform } = randomStream(1, ["independent", count, key]);
  return Float64Array.from({ length: count }, uniform).sort();
}

describe("the mean spacing ratio", () => {
  test("of noise has p-values that are uniform, whatever the shape", () => {
    for (const [larger, smaller] of [
      [40, 40],
      [300, 100],
      [240, 200],
    ] as const) {
      const results = noise(larger, smaller, 300).map((values) => spacingRatio(values)!);
      const pValues = results.map(({ gaussianOrthogonal }) => gaussianOrthogonal.pValue);
      expect(kstest(pValues, "uniform", 0, 1).pValue, `${larger} x ${smaller}`).toBeGreaterThan(0.001);
      // Over draws, the deviation of the mean is the standard error given: 300 draws tell it to 1 / sqrt(600) = 4 %.
      const mean = results.reduce((sum, each) => sum + each.mean, 0) / 300;
      const variance = results.reduce((sum, each) => sum + (each.mean - mean) ** 2, 0) / 299;
      const given = results.reduce((sum, each) => sum + each.standardError ** 2, 0) / 300;
      expect(Math.abs(Math.sqrt(variance / given) - 1)).toBeLessThan(3.3 * 0.041);
    }
  });

  test("of independent values has p-values that are uniform against Poisson, and refutes repulsion", () => {
    const results = Array.from({ length: 300 }, (_, i) => spacingRatio(independent(200, i))!);
    expect(
      kstest(
        results.map(({ poisson }) => poisson.pValue),
        "uniform",
        0,
        1,
      ).pValue,
    ).toBeGreaterThan(0.001);
    // 178 ratios: the two means are 6.2 standard errors apart, so that 2.6 are missed once in 5000.
    const refuted = results.filter(({ gaussianOrthogonal }) => gaussianOrthogonal.zScore < -2.6).length;
    expect(refuted).toBeGreaterThanOrEqual(297);
    expect(spacingRatio(noise(300, 200, 1)[0]!)!.poisson.zScore).toBeGreaterThan(2.6);
  });

  test("does not change with scale, nor with spikes beyond the bulk", () => {
    const [values] = noise(300, 100, 1);
    const plain = spacingRatio(values!)!;
    // Scaling by a power of two is exact.
    expect(spacingRatio(values!.map((value) => value / 1024))).toEqual(plain);
    const spiked = values!.slice();
    for (let i = 95; i < 100; i++) spiked[i] = 1000 * i * i;
    expect(spacingRatio(spiked)).toEqual(plain);
  });

  test("is that of a bulk that fits no law of noise, as long as neighbours repel", () => {
    // Rows of uneven variance bend the density, here by a smooth map of the values; ratios stay to O(1 / M).
    const [values] = noise(400, 400, 1);
    const bent = spacingRatio(values!.map((value) => value ** 3))!;
    expect(Math.abs(bent.mean - spacingRatio(values!)!.mean)).toBeLessThan(0.01);
  });

  test("has the mean and count of its definition", () => {
    // 24 values, two left out at either end: spacings 1, 2, 1, 2, ... between the middle 20, 18 ratios of 1/2: too few.
    const rising = (count: number) => Float64Array.from({ length: count }, (_, i) => i + Math.floor(i / 2));
    expect(spacingRatio(rising(24))).toBeNull();
    const result = spacingRatio(rising(26))!;
    expect(result).toMatchObject({ mean: 0.5, standardError: 0, count: 20, ties: 0 });
    expect(result.poisson.expected).toBe(2 * Math.LN2 - 1);
    expect(spacingRatio(new Float64Array(0))).toBeNull();
  });

  test("outlives ties: a pair of equal values has ratio 0, more give none", () => {
    const values = independent(200, 0);
    const paired = values.slice();
    paired[100] = paired[99]!;
    const tied = spacingRatio(paired)!;
    expect([tied.ties, tied.count]).toEqual([1, spacingRatio(values)!.count]);
    paired[101] = paired[99]!;
    expect([spacingRatio(paired)!.ties, spacingRatio(paired)!.count]).toEqual([2, tied.count - 1]);
    expect(spacingRatio(new Float64Array(500).fill(3))).toBeNull();
    // Values to two digits: many ties, all numbers finite.
    const coarse = spacingRatio(values.map((value) => Math.round(100 * value) / 100))!;
    expect(coarse.ties).toBeGreaterThan(50);
    expect([coarse.mean, coarse.standardError, coarse.poisson.pValue].every(Number.isFinite)).toBe(true);
  });
});
