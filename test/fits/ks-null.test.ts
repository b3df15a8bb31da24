import kstest from "@stdlib/stats-kstest";
import { describe, expect, test } from "vitest";
import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { ksNullPValue, scaleStandardError, smallestKsPValue } from "../../src/fits/ks-null.ts";
import { ksNullTable } from "../../src/fits/ks-null-table.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { drawnSpectrum } from "../../src/selftest/drawn-spectrum.ts";

describe("the null of the KS distance", () => {
  test("is uniform for noise between the shapes of the table", () => {
    for (const [smaller, larger] of [
      [20, 27],
      [90, 240],
      [180, 190],
    ] as const) {
      const draws = 600;
      const spectra = drawNullSpectra(larger, smaller, "off the grid", draws);
      const fits = Array.from({ length: draws }, (_, draw) =>
        fitMarchenkoPastur(drawnSpectrum(spectra, draw)),
      );
      const pValues = fits.map(({ pValue }) => pValue!);
      expect(kstest(pValues, "uniform", 0, 1).pValue, `${smaller} x ${larger}`).toBeGreaterThan(0.001);
      // Standard deviation of the scale over its stated error: 4 standard errors of 600 draws.
      const scaled = fits.map(({ scale }) => (scale - 1) / scaleStandardError(smaller, larger));
      const rms = Math.sqrt(scaled.reduce((sum, z) => sum + z * z, 0) / draws);
      expect(Math.abs(rms - 1)).toBeLessThan(4 / Math.sqrt(2 * draws));
    }
  });

  test("falls with the distance, from 0.99 to its floor, and gives the table back at its nodes", () => {
    let before = 1;
    for (let distance = 0.001; distance < 0.3; distance += 0.001) {
      const p = ksNullPValue(distance, 100, 0.6);
      expect(p).toBeLessThanOrEqual(before);
      before = p;
    }
    expect(before).toBe(smallestKsPValue);
    expect(ksNullPValue(0, 100, 0.6)).toBe(0.99);
    const { counts, aspectRatios, survival, quantiles } = ksNullTable;
    for (const [r, q] of aspectRatios.entries()) {
      for (const [c, count] of counts.entries()) {
        const row = quantiles[r]![c]!;
        for (const [k, p] of survival.entries()) {
          // The table has four decimals, and quantiles of few values come twice.
          const gaps = [row[k]! - (row[k - 1] ?? 0), (row[k + 1] ?? 9) - row[k]!];
          if (Math.min(...gaps) < 0.01) continue;
          expect(Math.abs(ksNullPValue(row[k]! / count, count, q) / p - 1)).toBeLessThan(1e-6);
        }
      }
    }
  });
});
