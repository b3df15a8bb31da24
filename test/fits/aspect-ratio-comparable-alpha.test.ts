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

/** Of a matrix that has one. */
async function measured(...[matrix, options]: Parameters<typeof aspectRatioComparableAlpha>) {
  const result = await aspectRatioComparableAlpha(matrix, options);
  if (!result) throw new Error("no block has an exponent");
  return result;
}

/** A square matrix with these entries on its diagonal. */
function diagonal(entries: readonly number[]) {
  const n = entries.length;
  const data = new Float64Array(n * n);
  for (const [i, entry] of entries.entries()) data[i * n + i] = entry;
  return { rows: n, columns: n, data };
}

describe("an exponent of blocks of one shape", () => {
  test("is the same for noise of every shape, where that of the whole matrix grows with it", async () => {
    const shapes = [64, 128, 256, 512].map((columns) => gaussian(64, columns, 1, "comparable"));
    const whole = await Promise.all(shapes.map(wholeAlpha));
    const blocks = await Promise.all(shapes.map((matrix) => measured(matrix)));
    expect(whole[3]! / whole[0]!).toBeGreaterThan(1.5);
    for (const { alpha, pooledAlpha } of blocks) {
      // Four standard errors of the square one, its standard deviation taken from the eight blocks of the widest.
      expect(Math.abs(alpha - blocks[0]!.alpha)).toBeLessThan(4 * blocks[3]!.standardDeviation!);
      expect(Math.abs(pooledAlpha / alpha - 1)).toBeLessThan(0.1);
    }
  });

  test("of a square matrix in one block is that of the matrix", async () => {
    const matrix = plant(gaussian(40, 40, 1, "square"), 30, "square");
    const result = await measured(matrix);
    expect(result.alphas).toHaveLength(1);
    expect(result.standardDeviation).toBeNull();
    // n eps times the condition of the logarithms, of order 100.
    expect(Math.abs(result.alpha / (await wholeAlpha(matrix)) - 1)).toBeLessThan(40 * 100 * Number.EPSILON);
    expect(result.pooledAlpha).toBe(result.alpha);
  });

  test("does not depend on orientation or scale", async () => {
    const matrix = gaussian(48, 130, 1, "orientation");
    const options = { aspectRatio: 0.5, blockSize: 20 };
    const result = await measured(matrix, options);
    expect([result.blockRows, result.blockColumns, result.alphas.length]).toEqual([20, 40, 3 * 4]);
    const turned = await measured(transposed(matrix), options);
    expect([turned.blockRows, turned.blockColumns]).toEqual([40, 20]);
    const scaled = await measured({ ...matrix, data: matrix.data.map((entry) => entry * 1e-6) }, options);
    for (const other of [turned, scaled]) {
      expect(Math.abs(other.alpha - result.alpha)).toBeLessThan(1e-9);
      expect(Math.abs(other.standardDeviation! - result.standardDeviation!)).toBeLessThan(1e-9);
      expect(Math.abs(other.pooledAlpha - result.pooledAlpha)).toBeLessThan(1e-9);
    }
  });

  test("of blocks of one size is the same for noise of every shape", async () => {
    const shapes = [
      [32, 32],
      [64, 96],
      [128, 256],
    ] as const;
    const found = await Promise.all(
      shapes.map(([rows, columns]) => measured(gaussian(rows, columns, 1, "one size"), { blockSize: 32 })),
    );
    const [one, , many] = found as [(typeof found)[0], (typeof found)[0], (typeof found)[0]];
    expect(many.blocks).toBe(4 * 8);
    // Four standard deviations of one block, taken from 32 that do not overlap.
    for (const { alpha } of found)
      expect(Math.abs(alpha - many.alpha)).toBeLessThan(4 * many.standardDeviation!);
    expect(one.blocks).toBe(1);
  });

  test("of values in a geometric series is the closed form, at any scale", async () => {
    // 16 singular values 2^-i, the upper half 8: ln(x_i / x_min) = 2 ln 2 (7 - i), in all 2 ln 2 * 28.
    const alpha = 1 + 8 / (2 * Math.LN2 * 28);
    for (const scale of [1, 1e-300, 1e300]) {
      const found = await measured(diagonal(Array.from({ length: 16 }, (_, i) => scale * 2 ** -i)));
      // Relative errors of the singular values are eps times their condition, 2^15 without squaring.
      expect(Math.abs(found.alpha - alpha)).toBeLessThan(1e-10);
      expect(found.pooledAlpha).toBe(found.alpha);
    }
  });

  test("leaves out blocks without one, and is null where none is left", async () => {
    expect(await aspectRatioComparableAlpha(diagonal(Array(16).fill(3)))).toBeNull();
    expect(await aspectRatioComparableAlpha(diagonal([7, 6, 5, 4, 3, 2, 1, ...Array(9).fill(0)]))).toBeNull();
    expect(await aspectRatioComparableAlpha({ rows: 8, columns: 8, data: new Float64Array(64) })).toBeNull();
    // Of four blocks two are zero and one is the identity.
    const block = [16, 8, 8, 4, 4, 2, 2, 1];
    const half = await measured(diagonal([...block, ...Array(8).fill(1)]), { blockSize: 8 });
    expect([half.alphas.length, half.blocks]).toEqual([1, 4]);
    const alone = await measured(diagonal(block));
    expect(half.alpha).toBe(alone.alpha);
    expect(half.pooledAlpha).toBe(alone.alpha);
    expect(half.standardDeviation).toBeNull();
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
