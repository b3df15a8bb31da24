import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { aspectRatioComparableAlpha } from "../../src/fits/aspect-ratio-comparable-alpha.ts";
import { hillAlpha } from "../../src/fits/hill.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian, plant, transposed } from "../noise.ts";

/** Exponent of the upper half of a whole matrix's eigenvalues. */
async function wholeAlpha(matrix: ReturnType<typeof gaussian>): Promise<number> {
  const { singularValues } = await computeSpectrum(matrix);
  const logs = Float64Array.from(singularValues, (s) => 2 * Math.log(s)).sort();
  return hillAlpha(logs, Math.ceil(logs.length / 2));
}

describe("an exponent of blocks of one shape", () => {
  test("is the same for noise of every shape, where that of the whole matrix grows with it", async () => {
    const shapes = [64, 128, 256, 512].map((columns) => gaussian(64, columns, 1, "comparable"));
    const whole = await Promise.all(shapes.map(wholeAlpha));
    const blocks = await Promise.all(shapes.map((matrix) => aspectRatioComparableAlpha(matrix)));
    expect(whole[3]! / whole[0]!).toBeGreaterThan(1.5);
    for (const { alpha, pooledAlpha } of blocks) {
      // Four standard errors of the square one, its standard deviation taken from the eight blocks of the widest.
      expect(Math.abs(alpha - blocks[0]!.alpha)).toBeLessThan(4 * blocks[3]!.standardDeviation!);
      expect(Math.abs(pooledAlpha / alpha - 1)).toBeLessThan(0.1);
    }
  });

  test("of a square matrix in one block is that of the matrix", async () => {
    const matrix = plant(gaussian(40, 40, 1, "square"), 30, "square");
    const result = await aspectRatioComparableAlpha(matrix);
    expect(result.alphas).toHaveLength(1);
    expect(result.standardDeviation).toBeNull();
    // n eps times the condition of the logarithms, of order 100.
    expect(Math.abs(result.alpha / (await wholeAlpha(matrix)) - 1)).toBeLessThan(40 * 100 * Number.EPSILON);
    expect(result.pooledAlpha).toBe(result.alpha);
  });

  test("does not depend on orientation or scale", async () => {
    const matrix = gaussian(48, 130, 1, "orientation");
    const options = { aspectRatio: 0.5, blockSize: 20 };
    const result = await aspectRatioComparableAlpha(matrix, options);
    expect([result.blockRows, result.blockColumns, result.alphas.length]).toEqual([20, 40, 3 * 4]);
    const turned = await aspectRatioComparableAlpha(transposed(matrix), options);
    expect([turned.blockRows, turned.blockColumns]).toEqual([40, 20]);
    const scaled = await aspectRatioComparableAlpha(
      { ...matrix, data: matrix.data.map((entry) => entry * 1e-6) },
      options,
    );
    for (const other of [turned, scaled]) {
      expect(Math.abs(other.alpha - result.alpha)).toBeLessThan(1e-9);
      expect(Math.abs(other.standardDeviation! - result.standardDeviation!)).toBeLessThan(1e-9);
      expect(Math.abs(other.pooledAlpha - result.pooledAlpha)).toBeLessThan(1e-9);
    }
  });

  test("refuses blocks that do not fit, are too small or have no aspect ratio", async () => {
    const matrix = gaussian(20, 30, 1, "refused");
    for (const options of [
      { blockSize: 21 },
      { blockSize: 7 },
      { blockSize: 8.5 },
      { aspectRatio: 0.1 },
      { aspectRatio: 0 },
      { aspectRatio: 2 },
    ]) {
      await expect(aspectRatioComparableAlpha(matrix, options)).rejects.toThrow(UsageError);
    }
  });
});
