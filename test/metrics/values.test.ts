import { describe, expect, test } from "vitest";
import { drawnConcentration } from "../../src/fits/null-concentration.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import type { Measurement } from "../../src/metrics/metric.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { numericalRank, rankTolerance } from "../../src/spectrum/rank.ts";

/** Metrics of a diagonal matrix without a fit: closed forms. */
async function metricsOf(
  diagonal: readonly number[],
  columns = diagonal.length,
): Promise<Record<string, number | null>> {
  const rows = diagonal.length;
  const data = new Float64Array(rows * columns);
  for (const [i, value] of diagonal.entries()) data[i * columns + i] = value;
  const spectrum = await computeSpectrum({ rows, columns, data });
  const tolerance = rankTolerance(spectrum);
  const measurement: Measurement = {
    spectrum,
    rankTolerance: tolerance,
    rank: numericalRank(spectrum, tolerance),
    fit: null,
    nullConcentration: drawnConcentration(drawNullSpectra(columns, rows, 0, 9), 0),
    powerLaw: null,
    spacing: null,
  };
  return Object.fromEntries(metricCatalogue.map((metric) => [metric.id, metric.compute(measurement)]));
}

describe("metrics of matrices whose singular values are known", () => {
  test("4, 2, 1 and a zero, in 4 x 8", async () => {
    const m = await metricsOf([4, 2, 0, 1], 8);
    expect(m["concentration.maxSingularValue"]).toBeCloseTo(4, 14);
    expect(m["concentration.minNonzeroSingularValue"]).toBeCloseTo(1, 14);
    expect(m["concentration.ratio"]).toBeCloseTo(4, 13);
    expect(m["concentration.eigenvalueRatio"]).toBeCloseTo(16, 12);
    expect(m["concentration.rank"]).toBe(3);
    expect(m["concentration.nearZeroRate"]).toBe(1 - 3 / 8);
    // ceil(0.8 * 3) = 3 of 3: all of them.
    expect(m["concentration.majorityRatio"]).toBeCloseTo(16, 12);
    expect(m["metrics.frobeniusNorm"]).toBeCloseTo(Math.sqrt(21), 13);
    expect(m["metrics.spectralNorm"]).toBeCloseTo(4, 14);
    expect(m["metrics.stableRank"]).toBeCloseTo(21 / 16, 13);
    expect(m["metrics.conditionNumber"]).toBeNull();
    const shares = [16 / 21, 4 / 21, 1 / 21];
    const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
    expect(m["metrics.entropy"]).toBeCloseTo(entropy / Math.log(4), 13);
    expect(m["metrics.effectiveRank"]).toBeCloseTo(Math.exp(entropy), 12);
    expect(m["marchenkoPastur.scale"]).toBeNull();
  });

  test("the identity: nothing is concentrated, all directions are alike", async () => {
    const m = await metricsOf([1, 1, 1, 1, 1]);
    expect(m["concentration.ratio"]).toBe(1);
    expect(m["concentration.majorityRatio"]).toBe(1);
    expect(m["concentration.majorityRatioBinned"]).toBe(1);
    expect(m["metrics.stableRank"]).toBeCloseTo(5, 13);
    expect(m["metrics.entropy"]).toBeCloseTo(1, 14);
    expect(m["metrics.conditionNumber"]).toBe(1);
  });

  test("one direction: entropy 0, effective rank 1, and no entropy of a single singular value", async () => {
    const m = await metricsOf([0, 3, 0]);
    expect(m["metrics.entropy"]).toBe(0);
    expect(m["metrics.effectiveRank"]).toBe(1);
    expect(m["concentration.rank"]).toBe(1);
    expect((await metricsOf([2], 5))["metrics.entropy"]).toBeNull();
  });

  test("the majority ratio takes the shortest interval, wherever it lies", async () => {
    // Ten values: eight lie within 2 of each other at the low end, two far above.
    const m = await metricsOf([100, 50, 2, 1.9, 1.8, 1.7, 1.6, 1.5, 1.2, 1]);
    expect(m["concentration.majorityRatio"]).toBeCloseTo(4, 12);
    expect(m["concentration.majorityRatioBinned"]! / 4).toBeGreaterThan(0.8);
    expect(m["concentration.majorityRatioBinned"]! / 4).toBeLessThan(1.25);
  });
});
