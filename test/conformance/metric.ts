import { describe, expect, test } from "vitest";
import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { drawnConcentration } from "../../src/fits/null-concentration.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { fitPowerLaw } from "../../src/fits/power-law.ts";
import { spacingRatio } from "../../src/fits/spacing-ratio.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import type { Measurement, Metric } from "../../src/metrics/metric.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { numericalRank, rankTolerance } from "../../src/spectrum/rank.ts";
import { eigenvalues } from "../../src/spectrum/spectrum.ts";
import { gaussian, paretoMatrix, plant, transposed } from "../noise.ts";

/** What a metric of a full-rank matrix is computed from. */
export async function measure(matrix: Matrix): Promise<Measurement> {
  const spectrum = await computeSpectrum(matrix);
  const tolerance = rankTolerance(spectrum);
  return {
    spectrum,
    rankTolerance: tolerance,
    rank: numericalRank(spectrum, tolerance),
    fit: fitMarchenkoPastur(spectrum),
    nullConcentration: drawnConcentration(drawNullSpectra(spectrum.larger, spectrum.smaller, 0, 99), 0),
    powerLaw: fitPowerLaw(eigenvalues(spectrum), { complete: true }),
    spacing: spacingRatio(spectrum.singularValues.slice().reverse()),
  };
}

/** How a number of each unit grows when the matrix is multiplied by c. */
const growth: Record<Metric["unit"], (c: number) => number> = {
  "1": () => 1,
  count: () => 1,
  probability: () => 1,
  weight: (c) => c,
  "weight^2": (c) => c * c,
};

/** The battery that every metric passes. */
export function describeMetric(metric: Metric): void {
  describe(metric.id, () => {
    // What is of a tail needs one; what is of noise needs noise.
    const matrix = metric.id.startsWith("powerLaw.")
      ? paretoMatrix(60, 90, 3, "metric")
      : plant(gaussian(40, 90, 0.7, "metric"), 30, "metric");

    test("declares what it is", () => {
      expect(metric.id).toMatch(/^(concentration|marchenkoPastur|powerLaw|metrics)\.[a-zA-Z.01]+$/);
      for (const text of [metric.title, metric.symbol, metric.formula, metric.meaning, metric.source]) {
        expect(text.length).toBeGreaterThan(0);
      }
      expect(metric.meaning).toMatch(/[.]$/);
    });

    test("is a finite number for noise with a spike, or for a heavy tail", async () => {
      expect(metric.compute(await measure(matrix))).toSatisfy(Number.isFinite);
    });

    test("scales as its unit says", async () => {
      const value = metric.compute(await measure(matrix))!;
      for (const c of [0.125, 1024]) {
        const scaled = metric.compute(
          await measure({ ...matrix, data: matrix.data.map((entry) => c * entry) }),
        )!;
        expect(Math.abs(scaled - growth[metric.unit](c) * value)).toBeLessThanOrEqual(
          1e-12 * Math.abs(scaled),
        );
      }
    });

    test("is the same for the transposed matrix", async () => {
      expect(metric.compute(await measure(transposed(matrix)))).toBe(metric.compute(await measure(matrix)));
    });

    test("does not depend on the order of rows and columns", async () => {
      const { rows, columns, data } = matrix;
      const reversed = { ...matrix, data: data.slice().reverse() };
      expect(reversed.data.length).toBe(rows * columns);
      const [a, b] = [metric.compute(await measure(matrix))!, metric.compute(await measure(reversed))!];
      expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.abs(a) + 1e-15);
    });
  });
}
