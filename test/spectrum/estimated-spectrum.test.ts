import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { isEstimated } from "../../src/spectrum/spectrum-method.ts";
import { gaussian } from "../noise.ts";

const spiked = (rows: number, columns: number, seed: number) => {
  const { data } = gaussian(rows, columns, 0.02, seed);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[i * columns + j]! += 0.05 * ((i % 2) - 0.5);
  return { rows, columns, data };
};

describe("an estimated spectrum", () => {
  test.each([
    [300, 200],
    [150, 400],
    [40, 30],
  ])(
    "of a %i x %i matrix has the true values within its bounds, the largest and the norm to many digits",
    async (rows, columns) => {
      let outside = 0;
      for (let seed = 0; seed < 12; seed++) {
        const matrix = spiked(rows, columns, seed);
        const estimate = await computeSpectrum(matrix, { method: "lanczos", seed });
        const exact = await computeSpectrum(matrix, { method: "accurate" });
        expect(estimate).toMatchObject({ exact: false, method: "lanczos", smaller: Math.min(rows, columns) });
        expect(estimate.singularValues[0]! / exact.singularValues[0]!).toBeCloseTo(1, 8);
        const norm = (values: Float64Array) => Math.hypot(...values);
        expect(norm(estimate.singularValues) / norm(exact.singularValues)).toBeCloseTo(1, 10);
        const isOutside = estimate.singularValues.some((value, i) => {
          expect(value).toBeLessThanOrEqual(estimate.singularValues[i - 1] ?? value);
          const allowed = estimate.relativeErrorBounds[i]! * value + 1e-12 * exact.singularValues[0]!;
          return Math.abs(value - exact.singularValues[i]!) > allowed;
        });
        if (isOutside) outside++;
      }
      // 95 % confidence, for all values at once; the bounds of Chebyshev and Stieltjes are wider than that.
      expect(outside).toBeLessThanOrEqual(2);
    },
  );

  test("is for matrices beyond the Gram matrix's reach, or asked for", () => {
    expect(isEstimated("auto", 1e6, 30_000)).toBe(false);
    expect(isEstimated("auto", 30_001, 1e6)).toBe(true);
    expect(isEstimated("gram", 1e6, 1e6)).toBe(false);
    expect(isEstimated("lanczos", 3, 3)).toBe(true);
  });

  test("gets no test and no verdict, says that it is an estimate, and is the same for any number of workers", async () => {
    const { rows, columns, data } = spiked(120, 90, 1);
    const model = { id: "m", tensors: () => [tensorOf("a.weight", [rows, columns], data)] };
    const result = await analyze(model, { method: "lanczos", seed: 3 });
    const layer = result.checkpoints[0]!.layers[0]!;
    expect(layer).toMatchObject({ status: "analysed", marchenkoPastur: null, concentration: null });
    expect(layer.verdict).toBe("undetermined");
    expect(layer.verdictEvidence).toMatch(
      /^the spectrum is an estimate: its distribution function is within [\d.]+ %/,
    );
    expect(Object.keys(layer.metrics!).sort()).toEqual(["frobeniusNorm", "spectralNorm", "stableRank"]);
    expect(layer.spectrum!.distributionErrorBound).toBeGreaterThan(0);
    expect(result.warnings.join()).toMatch(/spectra are estimates by Lanczos quadrature.*a\.weight/);
    const again = await analyze(model, { method: "lanczos", seed: 4 });
    expect(again.checkpoints[0]!.layers[0]!.metrics!.spectralNorm).toBeCloseTo(
      layer.metrics!.spectralNorm!,
      10,
    );
    expect(again.checkpoints[0]!.layers[0]!.spectrum!.quantiles).not.toEqual(layer.spectrum!.quantiles);
  });
});
