import { describe, expect, test } from "vitest";
import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import type { Spectrum } from "../../src/spectrum/spectrum.ts";
import { gaussian, plant } from "../noise.ts";

const [rows, columns, scale] = [400, 1600, Math.SQRT2];

describe("the fit of the Marchenko-Pastur law", () => {
  test("finds the scale of Gaussian noise within 2 %, KS under 0.02 and no spike", async () => {
    const fit = fitMarchenkoPastur(await computeSpectrum(gaussian(rows, columns, scale, "fit")));
    expect(Math.abs(fit.scale / scale - 1)).toBeLessThan(0.02);
    expect(Math.abs(fit.scale - scale)).toBeLessThan(4 * fit.scaleStandardError);
    expect(fit.ksDistance).toBeLessThan(0.02);
    expect(fit.pValue).toBeGreaterThan(0.01);
    expect(fit.spikes).toEqual([]);
    expect(fit.spikesBelow).toEqual([]);
    expect(fit.softRank).toBeCloseTo(1, 1);
    expect(fit.lambdaPlus! / fit.scale ** 2).toBeCloseTo(2.25, 12);
    expect(fit.lambdaMinus! / fit.scale ** 2).toBeCloseTo(0.25, 12);
  });

  test("finds one direction planted at 3 times the threshold: one spike, strength within 5 %", async () => {
    const strength = 3 * scale * (rows * columns) ** 0.25;
    const fit = fitMarchenkoPastur(
      await computeSpectrum(plant(gaussian(rows, columns, scale, "one"), strength, 1)),
    );
    expect(fit.spikes.length).toBe(1);
    expect(Math.abs(fit.spikes[0]!.strength! / strength - 1)).toBeLessThan(0.05);
    expect(fit.spikes[0]!.pValue).toBeLessThan(1e-10);
    expect(Math.abs(fit.scale / scale - 1)).toBeLessThan(0.02);
  });

  test("is not moved by spikes that hold nine tenths of the energy", async () => {
    let matrix = gaussian(200, 300, 1, "energy");
    const noiseEnergy = 200 * 300;
    for (let i = 0; i < 12; i++) matrix = plant(matrix, Math.sqrt((9 * noiseEnergy) / 12), `energy ${i}`);
    const fit = fitMarchenkoPastur(await computeSpectrum(matrix));
    // Target of the studies: bias under 1.5 % up to 95 % signal energy and 6 % spiked rank.
    expect(Math.abs(fit.scale - 1)).toBeLessThan(0.015);
    expect(fit.spikes.length).toBe(12);
  });

  test("rejects a bulk that is not Marchenko-Pastur: rows of unequal variance", async () => {
    const matrix = gaussian(200, 300, 1, "unequal");
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 300; j++) matrix.data[i * 300 + j]! *= 0.3 + (1.7 * i) / 200;
    }
    expect(fitMarchenkoPastur(await computeSpectrum(matrix)).pValue).toBeLessThanOrEqual(0.01);
  });

  test("tests the lower edge at every aspect ratio, and says null where zeros were left out", async () => {
    const soft = await computeSpectrum(gaussian(100, 200, 1, "soft"));
    const lowered = { ...soft, singularValues: soft.singularValues.slice() };
    lowered.singularValues[99] = soft.singularValues[99]! / 4;
    expect(fitMarchenkoPastur(lowered).spikesBelow?.length).toBe(1);
    for (const smaller of [95, 99, 100]) {
      const matrix = gaussian(smaller, 100, 1, "hard");
      const spectrum = await computeSpectrum(matrix);
      expect(fitMarchenkoPastur(spectrum).spikesBelow).toEqual([]);
      const last = smaller - 1;
      const values = spectrum.singularValues.slice();
      values[last] = values[last]! / 1000;
      expect(fitMarchenkoPastur({ ...spectrum, singularValues: values }).spikesBelow?.length).toBe(1);
      expect(fitMarchenkoPastur(spectrum, { rank: smaller - 10 }).spikesBelow).toBeNull();
    }
  });

  test("holds its level: false alarms and rejections of noise come as often as their p-values say", () => {
    const [larger, smaller, draws] = [96, 64, 600];
    const sample = drawNullSpectra(larger, smaller, "calibration", draws);
    let alarms = 0;
    let rejections = 0;
    for (let draw = 0; draw < draws; draw++) {
      const values = sample.eigenvalues.subarray(draw * smaller, (draw + 1) * smaller);
      const fit = fitMarchenkoPastur(spectrumOf(values, larger));
      if (fit.spikes.length > 0) alarms++;
      if (fit.pValue! <= 0.05) rejections++;
    }
    // Binomial: 4 standard deviations about the nominal levels.
    expect(Math.abs(alarms / draws - 0.01)).toBeLessThan(4 * Math.sqrt((0.01 * 0.99) / draws));
    expect(Math.abs(rejections / draws - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / draws));
  });

  test("is the same in other units, far from 1", async () => {
    const matrix = plant(gaussian(60, 90, 1, "units"), 40, "units");
    const fit = fitMarchenkoPastur(await computeSpectrum(matrix));
    for (const unit of [1e-300, 1e-30, 1e30, 1e300]) {
      const data = matrix.data.map((entry) => entry * unit);
      const scaled = fitMarchenkoPastur(await computeSpectrum({ ...matrix, data }));
      expect(scaled.scale / unit / fit.scale).toBeCloseTo(1, 12);
      // D moves by some eps, and p by its slope there, under 10 M.
      expect(Math.abs(scaled.pValue! - fit.pValue!)).toBeLessThan(1e-11);
      expect(scaled.softRank).toBeCloseTo(fit.softRank, 12);
      const hasSquares = unit === 1e-30 || unit === 1e30;
      for (const edge of ["lambdaMinus", "lambdaPlus"] as const) {
        if (hasSquares) expect(scaled[edge]! / unit / unit / fit[edge]!).toBeCloseTo(1, 12);
        else expect(scaled[edge]).toBeNull();
      }
      expect(scaled.spikes.length).toBe(fit.spikes.length);
      expect(scaled.spikes[0]!.strength! / unit / fit.spikes[0]!.strength!).toBeCloseTo(1, 12);
    }
  });

  test("refuses too few eigenvalues and structural zeros that were not left out", async () => {
    const few = await computeSpectrum(gaussian(5, 50, 1, "few"));
    expect(() => fitMarchenkoPastur(few)).toThrow(/at least 8/);
    const lowRank = await computeSpectrum(
      plant({ rows: 20, columns: 20, data: new Float64Array(400) }, 1, "low"),
    );
    expect(() => fitMarchenkoPastur(lowRank)).toThrow(/rank/);
    const beyond = await computeSpectrum(gaussian(20, 40, 4e307, "beyond"));
    expect(() => fitMarchenkoPastur(beyond)).toThrow(/finite/);
  });
});

function spectrumOf(ascending: Float64Array, larger: number): Spectrum {
  const singularValues = Float64Array.from(ascending, (x) => Math.sqrt(x * larger)).reverse();
  return {
    rows: larger,
    columns: ascending.length,
    larger,
    smaller: ascending.length,
    singularValues,
    relativeErrorBounds: new Float64Array(ascending.length),
    resolution: 0,
    roundingError: 0,
    format: "F64",
    method: "drawn",
    exact: true,
  };
}
