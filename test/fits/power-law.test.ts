import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { fitPowerLaw } from "../../src/fits/power-law.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { eigenvalues } from "../../src/spectrum/spectrum.ts";
import { gaussian, transposed } from "../noise.ts";
import {
  exponential,
  gaussianSpectra,
  lognormal,
  pareto,
  ratesOf,
  spikedSpectra,
} from "./power-law-calibration.ts";

/** Share over `draws` that an event of this probability stays under, but for one time in 30 000. */
const atMost = (probability: number, draws: number) =>
  probability + 4 * Math.sqrt((probability * (1 - probability)) / draws);

describe("a power law", () => {
  test("is found in Pareto samples, with an interval that covers, and rejected no more often than stated", () => {
    const draws = 60;
    for (const [alpha, n] of [
      [2, 256],
      [3, 512],
      [4, 256],
    ] as const) {
      const rates = ratesOf(pareto(alpha, n), draws, true);
      // 60 draws say little: the rates asked for, less four standard errors. The full run is power-law-calibration.ts.
      expect(rates.reliable, rates.name).toBeGreaterThan(1 - atMost(0.25, draws));
      expect(rates.rejected5, rates.name).toBeLessThan(atMost(0.06, draws));
      expect(rates.rejected10, rates.name).toBeLessThan(atMost(0.11, draws));
      expect(rates.covered, rates.name).toBeGreaterThan(1 - atMost(0.15, draws));
    }
  });

  test("is not found in noise, with or without spikes, nor in exponential samples", () => {
    for (const scenario of [
      gaussianSpectra(64, 64, 100),
      gaussianSpectra(256, 128, 100),
      gaussianSpectra(2048, 256, 20),
    ]) {
      expect(ratesOf(scenario, 20, false).reliable, scenario.name).toBe(0);
    }
    for (const count of [4, 16]) {
      expect(ratesOf(spikedSpectra(1024, 256, count, 8, 20), 20, false).reliable).toBe(0);
    }
    expect(ratesOf(exponential(512), 100, false).reliable).toBeLessThan(atMost(0.02, 100));
  });

  test("is not found in most lognormal samples", () => {
    for (const logDeviation of [0.5, 1, 1.5]) {
      expect(ratesOf(lognormal(logDeviation, 1024), 60, false).reliable).toBeLessThan(0.5);
    }
  });
});

describe("the fit", () => {
  const sample = pareto(2.7, 400).draw(1);
  const fit = fitPowerLaw(sample);

  test("depends on the unit in xmin alone", () => {
    for (const factor of [2 ** -40, 2 ** 40, 1e-6, 1e6, 1e-150, 1e150]) {
      const scaled = fitPowerLaw(sample.map((value) => value * factor));
      expect(Math.abs(scaled.alpha! - fit.alpha!)).toBeLessThan(1e-9);
      expect(Math.abs(scaled.alphaInterval![0] - fit.alphaInterval![0])).toBeLessThan(1e-9);
      expect(scaled.xmin).toBe(fit.xmin! * factor);
      expect(scaled.tailCount).toBe(fit.tailCount);
      expect(scaled.pValue).toBe(fit.pValue);
      expect(scaled.reliable).toBe(fit.reliable);
    }
  });

  test("of float32 weights changes by their rounding alone when they are scaled", async () => {
    const { data, ...shape } = gaussian(60, 80, 1, "float32");
    const alphaOf = async (factor: number) =>
      fitPowerLaw(
        eigenvalues(await computeSpectrum({ ...shape, data: Float32Array.from(data, (x) => x * factor) })),
      ).alpha!;
    const alpha = await alphaOf(1);
    for (const factor of [1e-6, 1e6]) {
      expect(Math.abs((await alphaOf(factor)) / alpha - 1)).toBeLessThan(1e-6);
    }
  });

  test("does not depend on the order of the eigenvalues", () => {
    const { uniform } = randomStream(1, ["shuffle"]);
    const shuffled = Array.from(sample, (value) => ({ value, key: uniform() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
    expect(fitPowerLaw(shuffled)).toEqual(fit);
  });

  test("is that of the transposed matrix", async () => {
    const matrix = gaussian(60, 90, 1, "transposed");
    const one = fitPowerLaw(eigenvalues(await computeSpectrum(matrix)), { complete: true });
    const other = fitPowerLaw(eigenvalues(await computeSpectrum(transposed(matrix))), { complete: true });
    expect(Math.abs(one.alpha! - other.alpha!)).toBeLessThan(1e-9);
    expect(other.tailCount).toBe(one.tailCount);
    expect(other.pValue).toBe(one.pValue);
  });

  test("leaves out zeros", () => {
    expect(fitPowerLaw([0, 0, 0, ...sample])).toEqual(fit);
  });

  test("is the same for the same seed, and moves by less than its error for another", () => {
    expect(fitPowerLaw(sample, { seed: 5 })).toEqual(fitPowerLaw(sample, { seed: 5 }));
    const other = fitPowerLaw(sample, { seed: 5 });
    expect(other.alpha).toBe(fit.alpha);
    expect(other.alphaInterval).not.toEqual(fit.alphaInterval);
    expect(Math.abs(other.pValue! - fit.pValue!)).toBeLessThan(
      5 * Math.hypot(other.pValueStandardError!, fit.pValueStandardError!),
    );
  });

  test("holds alpha inside its interval, and xmin and tailCount agree", () => {
    for (const scenario of [
      pareto(2, 300),
      lognormal(1, 300),
      exponential(300),
      gaussianSpectra(300, 200, 10),
    ]) {
      for (let i = 0; i < 10; i++) {
        const values = scenario.draw(i);
        const { alpha, alphaInterval, xmin, tailCount, ksDistance, reliable, reason } = fitPowerLaw(values);
        expect(alphaInterval![0]).toBeGreaterThan(1);
        expect(alphaInterval![0]).toBeLessThan(alpha!);
        expect(alphaInterval![1]).toBeGreaterThan(alpha!);
        expect(values.filter((value) => value >= xmin!).length).toBe(tailCount);
        expect(ksDistance).toBeGreaterThanOrEqual(1 / (2 * tailCount!)); // no continuous law is nearer to a step function
        expect(reason === null).toBe(reliable);
      }
    }
  });

  test("spends no bootstrap where a cheap test decides, unless asked", () => {
    const noise = gaussianSpectra(256, 128, 1).draw(0);
    expect(fitPowerLaw(noise)).toMatchObject({
      pValue: null,
      pValueStandardError: null,
      alternatives: null,
      reliable: false,
      reason: "the tail is not heavier than an exponential one",
    });
    const complete = fitPowerLaw(noise, { complete: true });
    expect(complete.pValue).not.toBeNull();
    expect(complete.alternatives).toHaveLength(3);
    expect(complete.reliable).toBe(false);
  });

  test("says in which way a tail is no power law", () => {
    const quantiles = (value: (u: number, i: number) => number) =>
      Float64Array.from({ length: 400 }, (_, i) => value((i + 0.5) / 400, i));
    const reasonOf = (values: Float64Array) => fitPowerLaw(values).reason;
    expect(reasonOf(quantiles((u) => u ** -0.5))).toBeNull();
    expect(reasonOf(quantiles((u) => -Math.log(u)))).toContain("not heavier than an exponential");
    // The ten largest of a Pareto sample, moved up by a factor of twelve.
    expect(reasonOf(quantiles((u, i) => (i < 10 ? 12 : 1) * u ** -0.5))).toContain("beyond a power law");
    // x^-2 that ends: at 10 and, later, at 50 times the smallest value.
    expect(reasonOf(quantiles((u) => 1 / (u + 0.1)))).toContain("fall short of a power law");
    expect(reasonOf(quantiles((u) => 1 / (u + 0.02)))).toBe(
      "a power law with an exponential cutoff fits the tail better",
    );
  });

  test("is null, and says why, where there is nothing to fit", () => {
    expect(fitPowerLaw([])).toMatchObject({ alpha: null, reliable: false });
    expect(fitPowerLaw(sample.subarray(0, 49)).reason).toContain("50 eigenvalues");
    expect(fitPowerLaw(new Float64Array(100)).reason).toContain("there are 0");
    expect(fitPowerLaw(new Float64Array(100).fill(3)).reason).toBe("the eigenvalues are all equal");
  });

  test("survives ties and extreme ranges", () => {
    const ties = fitPowerLaw(
      sample.map((value) => Math.ceil(value * 4)),
      { complete: true },
    );
    expect(ties.reliable).toBe(false);
    const steep = fitPowerLaw(
      Float64Array.from({ length: 200 }, (_, i) => 10 ** (-98 + 0.49 * i)),
      { complete: true },
    );
    for (const each of [ties, steep]) {
      expect(Number.isFinite(each.alpha)).toBe(true);
      expect(Number.isFinite(each.pValue)).toBe(true);
      for (const { logLikelihoodRatio, pValue } of each.alternatives!) {
        expect(Number.isFinite(logLikelihoodRatio)).toBe(true);
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }
    }
  });

  test("refuses what is no eigenvalue", () => {
    for (const wrong of [-1, Number.NaN, Infinity]) {
      expect(() => fitPowerLaw([...sample, wrong])).toThrow(UsageError);
    }
  });
});
