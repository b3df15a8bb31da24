import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { estimateSpectrum, type SpectralEstimate } from "../../src/spectrum/lanczos-quadrature.ts";
import type { RowBlocks } from "../../src/spectrum/row-blocks.ts";
import { eigenvalues } from "../../src/spectrum/spectrum.ts";
import { gaussian, plant, transposed } from "../noise.ts";

/** A matrix read in blocks of some rows, with the number of readings. */
function inBlocks({ rows, columns, data }: Matrix, height: number): RowBlocks & { readings: number } {
  return {
    rows,
    columns,
    readings: 0,
    async *blocks() {
      this.readings++;
      for (let first = 0; first < rows; first += height) {
        yield { first, data: data.slice(first * columns, Math.min(rows, first + height) * columns) };
      }
    },
  };
}

/** Places of eigenvalues, from both sides, with the exact share up to there. */
function exactShares(ascending: Float64Array): [number, number][] {
  const n = ascending.length;
  return Array.from(ascending).flatMap((x, i): [number, number][] => [
    [x * (1 - 1e-9), i / n],
    [x * (1 + 1e-9), (i + 1) / n],
  ]);
}

function ksDistance(estimate: SpectralEstimate, ascending: Float64Array): number {
  return Math.max(...exactShares(ascending).map(([x, share]) => Math.abs(estimate.cdf(x) - share)));
}

describe("the estimate by stochastic Lanczos quadrature", () => {
  test("of an identity is exact after one step", async () => {
    const data = Float64Array.from({ length: 40 * 30 }, (_, k) => (k % 31 === 0 && k < 30 * 30 ? 3 : 0));
    const estimate = await estimateSpectrum({ rows: 40, columns: 30, data }, { seed: 1 });
    expect(estimate.steps).toBe(1);
    expect(estimate.quadratureBound).toBeLessThan(1e-15);
    expect(estimate.cdf((9 / 40) * (1 - 1e-12))).toBe(0);
    expect(estimate.cdf((9 / 40) * (1 + 1e-12))).toBeCloseTo(1, 15);
    expect(estimate.top).toHaveLength(1);
    expect(Math.abs(estimate.top[0]!.value - 3)).toBeLessThanOrEqual(estimate.top[0]!.residual);
    expect(estimate.top[0]!.residual).toBeLessThan(1e-12);
    expect(estimate.exact).toBe(false);
  });

  test("of Gaussian noise is within its bounds of the exact distribution, for 20 seeds", async () => {
    const matrix = gaussian(600, 200, 0.02, "slq");
    const exact = eigenvalues(await computeSpectrum(matrix));
    const shares = exactShares(exact);
    let misses = 0;
    for (let seed = 0; seed < 20; seed++) {
      const estimate = await estimateSpectrum(matrix, { seed, steps: 40 });
      const distance = ksDistance(estimate, exact);
      if (distance > estimate.quadratureBound + estimate.samplingBound) misses++;
      const isOutside = shares.some(([x, share]) => {
        const { lower, upper } = estimate.band(x);
        expect(lower).toBeLessThanOrEqual(estimate.cdf(x) + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(estimate.cdf(x) - 1e-12);
        return share < lower - 1e-12 || share > upper + 1e-12;
      });
      if (isOutside) misses++;
      expect(estimate.quadratureBound).toBeLessThan(4 / 40);
    }
    expect(misses).toBeLessThanOrEqual(1);
  });

  test("with all steps errs by its probes alone: at most as stated in 95 of 100, and not by far less", async () => {
    const matrix = gaussian(90, 60, 1, "slq");
    const exact = eigenvalues(await computeSpectrum(matrix));
    const middle = (exact[29]! + exact[30]!) / 2;
    const distances: number[] = [];
    const values: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const estimate = await estimateSpectrum(matrix, { seed, steps: 60, probes: 2 });
      expect(estimate.quadratureBound).toBeLessThan(1e-9);
      distances.push(ksDistance(estimate, exact) / estimate.samplingBound);
      values.push(estimate.cdf(middle));
      const share = estimate.cdf(middle);
      expect(estimate.standardError(middle)).toBeCloseTo(Math.sqrt((share * (1 - share)) / 31 / 2), 9);
    }
    // Binomial, 200 of 5 %: more than 17 has probability 1 %.
    expect(distances.filter((each) => each > 1).length).toBeLessThanOrEqual(17);
    expect(distances.sort((a, b) => a - b)[100]).toBeGreaterThan(0.4);
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / values.length);
    // The variance of a Beta distribution of 30 and 30 halves, over two probes; from 200 draws it is known to 10 %.
    expect(spread / Math.sqrt(0.25 / 31 / 2)).toBeGreaterThan(0.85);
    expect(spread / Math.sqrt(0.25 / 31 / 2)).toBeLessThan(1.15);
  });

  test("of directions in noise and a matrix of low rank finds what is separate, with its weight", async () => {
    const spiked = plant(gaussian(300, 120, 1, "slq"), 60, "slq");
    const values = (await computeSpectrum(spiked)).singularValues;
    const estimate = await estimateSpectrum(spiked, { seed: 1, steps: 30 });
    expect(estimate.top[0]!.residual).toBeLessThan(1e-9);
    expect(Math.abs(estimate.top[0]!.value - values[0]!)).toBeLessThanOrEqual(estimate.top[0]!.residual);
    for (const { value, residual } of [...estimate.top, ...estimate.bottom]) {
      expect(Math.min(...values.map((s) => Math.abs(s - value)))).toBeLessThanOrEqual(residual);
    }
    for (const [i, { value, residual }] of estimate.top.entries()) {
      expect(value).toBeLessThanOrEqual(values[i]! + (i === 0 ? residual : 1e-9));
    }

    const [left, right] = [gaussian(200, 10, 1, "left").data, gaussian(10, 50, 1, "right").data];
    const data = new Float64Array(200 * 50);
    for (let i = 0; i < 200; i++)
      for (let l = 0; l < 10; l++)
        for (let j = 0; j < 50; j++) data[i * 50 + j]! += left[i * 10 + l]! * right[l * 50 + j]!;
    const low = await estimateSpectrum({ rows: 200, columns: 50, data }, { seed: 1 });
    expect(low.quadratureBound).toBeLessThan(1e-6);
    expect(Math.abs(low.cdf(1e-9) - 0.8)).toBeLessThan(low.samplingBound);
    expect(low.bottom[0]!.value).toBeLessThanOrEqual(low.bottom[0]!.residual);
  });

  test("has an exact Frobenius norm, and quantiles that invert the distribution", async () => {
    const matrix = gaussian(80, 130, 1e-30, "slq");
    const estimate = await estimateSpectrum(matrix, { seed: 5, steps: 20 });
    const squares = matrix.data.reduce((sum, entry) => sum + (entry * 1e30) ** 2, 0);
    // The plain sum of 10400 terms here errs by about the root of their number times eps.
    expect(Math.abs(estimate.frobeniusNorm / (Math.sqrt(squares) * 1e-30) - 1)).toBeLessThan(1000 * 2 ** -53);
    for (const p of [0, 0.01, 0.2, 0.5, 0.77, 0.999, 1]) {
      const x = estimate.quantile(p);
      expect(estimate.cdf(x * (1 + 1e-12))).toBeGreaterThanOrEqual(p - 1e-9);
      expect(estimate.cdf(x * (1 - 1e-9))).toBeLessThanOrEqual(p + 1e-6);
    }
    expect(estimate.cdf(-1)).toBe(0);
    expect(estimate.band(-1)).toEqual({ lower: 0, upper: 0 });
    expect(estimate.band(1).upper).toBe(1);
  });

  test.each([
    [101, 37],
    [37, 101],
  ])(
    "of a %i x %i matrix has the same bits in blocks of any height, and few readings",
    async (rows, columns) => {
      for (const whole of [
        gaussian(rows, columns, 1, "blocks"),
        { rows, columns, data: single(rows, columns) },
      ]) {
        const options = { seed: 3, steps: 9, probes: 3 };
        const expected = facts(await estimateSpectrum(whole, options));
        expect(facts(await estimateSpectrum(whole, options))).toEqual(expected);
        for (const height of [1, 7, 64]) {
          const blocks = inBlocks(whole, height);
          expect(facts(await estimateSpectrum(blocks, options))).toEqual(expected);
          expect(blocks.readings).toBe(rows >= columns ? 1 + 9 : 1 + 2 * 9);
        }
        const other = facts(await estimateSpectrum(transposed(whole), options));
        for (const [i, value] of expected.entries()) expect(Math.abs(other[i]! - value)).toBeLessThan(1e-6);
        expect(facts(await estimateSpectrum(whole, { ...options, seed: 4 }))).not.toEqual(expected);
      }
    },
  );

  test.each([
    [8, 300],
    [300, 5000],
    [5000, 300],
  ])(
    "of a constant %i x %i matrix keeps its bounds, though rounding errors are all alike",
    async (rows, columns) => {
      for (const entry of [0.1, 1 / 3, 0.9]) {
        const data = new Float64Array(rows * columns).fill(entry);
        const { top, frobeniusNorm } = await estimateSpectrum({ rows, columns, data }, { seed: 2, steps: 3 });
        const closed = entry * Math.sqrt(rows * columns);
        expect(Math.abs(top[0]!.value - closed)).toBeLessThanOrEqual(top[0]!.residual);
        expect(top[0]!.residual / closed).toBeLessThan(1e-12);
        expect(Math.abs(frobeniusNorm / closed - 1)).toBeLessThan(4 * Number.EPSILON);
      }
    },
  );

  test("of zeros is all at 0", async () => {
    const estimate = await estimateSpectrum({ rows: 4, columns: 3, data: new Float32Array(12) }, { seed: 1 });
    expect([estimate.cdf(0), estimate.quantile(1), estimate.frobeniusNorm]).toEqual([1, 0, 0]);
    expect(estimate.top).toEqual([{ value: 0, residual: 0 }]);
  });

  test("refuses options, entries and blocks that it cannot take", async () => {
    const matrix = gaussian(6, 4, 1, "refused");
    const options = { seed: 1 };
    const refused = (source: Matrix | RowBlocks, wrong: object, message: RegExp) =>
      expect(estimateSpectrum(source, { ...options, ...wrong })).rejects.toThrow(message);
    await refused(matrix, { probes: 0 }, /probes must be a whole number/);
    await refused(matrix, { steps: 1.5 }, /steps must be a whole number/);
    await refused({ rows: 0, columns: 4, data: new Float64Array(0) }, {}, /at least one entry/);
    const nan = { ...matrix, data: matrix.data.map((entry, i) => (i === 9 ? Number.NaN : entry)) };
    await refused(nan, {}, /got 1 NaN or infinite/);
    const { blocks } = inBlocks(matrix, 2);
    await refused(
      { rows: 7, columns: 4, blocks: blocks.bind(inBlocks(matrix, 2)) },
      {},
      /make up 7 rows, got 6/,
    );
    const twice: RowBlocks = {
      rows: 6,
      columns: 4,
      async *blocks() {
        for (let k = 0; k < 2; k++) yield { first: 0, data: matrix.data };
      },
    };
    await refused(twice, {}, /expected row 6, got row 0/);
    await expect(estimateSpectrum(nan, options)).rejects.toBeInstanceOf(UsageError);
  });
});

function single(rows: number, columns: number): Float32Array {
  return Float32Array.from(gaussian(rows, columns, 1, "single").data);
}

/** Numbers that show every bit of an estimate. */
function facts(estimate: SpectralEstimate): number[] {
  const { top, bottom, frobeniusNorm, quadratureBound, cdf, quantile, band } = estimate;
  return [
    frobeniusNorm,
    quadratureBound,
    ...[...top, ...bottom].map(({ value }) => value),
    ...[0.1, 0.5, 0.9].flatMap((p) => [quantile(p), cdf(2 * p), band(2 * p).upper]),
  ];
}
