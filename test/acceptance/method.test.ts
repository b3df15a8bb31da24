import { describe, expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian, plant } from "../noise.ts";

// Acceptance of the studies' method, sections S12 and S13; S14 and S15 are with their laws, in test/laws.

/** Xavier-uniform weights of the paper's key matrix. */
function xavier(rows: number, columns: number): Float32Array {
  const { uniform } = randomStream(12, ["xavier", rows, columns]);
  const bound = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, () => bound * (2 * uniform() - 1));
}

describe("S12: the spectral report of an initialised key matrix", () => {
  test.each([
    [768, 192],
    [3072, 768],
  ])("%i x %i", async (rows, columns) => {
    const tensors = () => [
      tensorOf("mlp.fc1.weight", [rows, columns], xavier(rows, columns)),
      tensorOf("mlp.fc2.weight", [columns, rows], new Float32Array(rows * columns)),
    ];
    const { layers } = (await analyze({ id: "xavier", tensors })).checkpoints[0]!;
    const { nearZeroRate, eigenvalueRatio, majorityRatio, majorityRatioBinned } = layers[0]!.concentration!;
    expect(nearZeroRate).toBe(0.75);
    expect(eigenvalueRatio!).toBeGreaterThan(8.2);
    expect(eigenvalueRatio!).toBeLessThan(9.1);
    expect(majorityRatio!).toBeGreaterThan(4);
    expect(majorityRatio!).toBeLessThan(4.4);
    expect(Math.abs(majorityRatioBinned! / majorityRatio! - 1)).toBeLessThan(0.15);
    expect(layers[0]!.verdict).toBe("noise-like");
    // All zero: said, with no number made up.
    expect(layers[1]).toMatchObject({ status: "skipped", reason: "zero", concentration: null });
  });
});

describe("S13: the Marchenko-Pastur fit of 400 x 1600, s^2 = 2", () => {
  const matrix = gaussian(400, 1600, Math.SQRT2, "S13");

  test("noise alone", async () => {
    const fit = fitMarchenkoPastur(await computeSpectrum(matrix));
    expect(Math.abs(fit.scale ** 2 / 2 - 1)).toBeLessThan(0.02);
    expect(fit.ksDistance).toBeLessThan(0.02);
    expect(fit.spikes.length).toBe(0);
  });

  test("a direction of three times the threshold is the one spike", async () => {
    const strength = 3 * Math.SQRT2 * (400 * 1600) ** 0.25;
    const fit = fitMarchenkoPastur(await computeSpectrum(plant(matrix, strength, "S13")));
    expect(fit.spikes.length).toBe(1);
    expect(Math.abs(fit.scale ** 2 / 2 - 1)).toBeLessThan(0.02);
  });
});
