import { describe, expect, test } from "vitest";
import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { fitPopulation } from "../../src/fits/fit-population.ts";
import { secondOpinions } from "../../src/fits/second-opinion.ts";
import { meanSquaresWithoutSpikes } from "../../src/fits/variance-profile.ts";
import { generalizedMarchenkoPastur } from "../../src/laws/generalized-marchenko-pastur.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { gaussian, plant, transposed } from "../noise.ts";

const [rows, columns] = [150, 100];

/** Unit noise whose rows and columns have log-normal variances of mean 1. */
function unequal(rowSpread: number, columnSpread: number, name: string | number) {
  const stream = randomStream(96, ["unequal", rowSpread, columnSpread, name]);
  const variances = (count: number, spread: number) => {
    const raw = Float64Array.from({ length: count }, () => Math.exp(spread * stream.normal()));
    const mean = raw.reduce((sum, value) => sum + value, 0) / count;
    return raw.map((value) => value / mean);
  };
  const a = variances(rows, rowSpread);
  const b = variances(columns, columnSpread);
  const matrix = gaussian(rows, columns, 1, `unequal ${name}`);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) matrix.data[i * columns + j]! *= Math.sqrt(a[i]! * b[j]!);
  }
  return matrix;
}

/** Mean squares of rows and of columns. */
function meanSquares(matrix: Matrix) {
  const rowMeanSquares = new Float64Array(matrix.rows);
  const columnMeanSquares = new Float64Array(matrix.columns);
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.columns; j++) {
      const square = matrix.data[i * matrix.columns + j]! ** 2;
      rowMeanSquares[i]! += square / matrix.columns;
      columnMeanSquares[j]! += square / matrix.rows;
    }
  }
  return { rowMeanSquares, columnMeanSquares };
}

/** Plain fit and second opinions, from a matrix. */
async function opinionsOn(matrix: Matrix) {
  const spectrum = await computeSpectrum(matrix);
  const plain = fitMarchenkoPastur(spectrum);
  const { singularValues, larger } = spectrum;
  const input = {
    singularValues,
    larger,
    spikes: plain.spikes.length,
    ...meanSquares(matrix),
  };
  return { plain, input, ...secondOpinions(input) };
}

describe("second opinions", () => {
  test("take noise of unequal rows and columns for noise, and its false spikes back", async () => {
    const { plain, separable } = await opinionsOn(unequal(0.7, 0.7, "both"));
    expect(plain.pValue).toBeLessThan(0.01);
    expect(plain.spikes.length).toBeGreaterThan(10);
    expect(separable!.pValue).toBeGreaterThan(0.05);
    expect(separable!.spikes).toBe(0);
    expect(Math.abs(separable!.scale - 1)).toBeLessThan(4 * separable!.scaleStandardError);
  });

  test("hold the level of the plain law's p-values: the separable one under noise of any variances", async () => {
    const draws = 60;
    for (const [rowSpread, columnSpread] of [
      [0, 0],
      [0.3, 0.3],
      [0.7, 0.2],
    ] as const) {
      let rejections = 0;
      let squares = 0;
      for (let draw = 0; draw < draws; draw++) {
        const { separable } = await opinionsOn(unequal(rowSpread, columnSpread, draw));
        if (separable!.pValue <= 0.1) rejections++;
        squares += ((separable!.scale - 1) / separable!.scaleStandardError) ** 2;
      }
      // Binomial at the nominal 10 %, 4 standard deviations, with the error of 199 null draws.
      expect(rejections / draws).toBeLessThan(0.1 + 4 * Math.sqrt(0.1 * 0.9 * (1 / draws + 1 / 199)));
      // The mean of 60 squared standard normals has standard deviation sqrt(2 / 60) = 0.18.
      expect(squares / draws).toBeGreaterThan(0.3);
      expect(squares / draws).toBeLessThan(1.8);
    }
  });

  test("still reject what is no such noise: a bulk of two laws mixed", async () => {
    // The upper half of the singular values stretched: no row or column is unlike the others.
    const { u, v, s } = factors(gaussian(rows, columns, 1, "mixed"));
    const stretched = s.map((value, k) => (k < 30 ? value * 1.5 : value));
    const { separable, generalizedMarchenkoPastur: general } = await opinionsOn(compose(u, stretched, v));
    expect(separable!.pValue).toBeLessThan(0.01);
    expect(general!.ksDistance).toBeLessThan(separable!.ksDistance);
  });

  test("find a population of two points, and how many numbers that took", async () => {
    const matrix = gaussian(rows, columns, 1, "population");
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) matrix.data[i * columns + j]! *= Math.sqrt(j % 3 === 0 ? 5 : 1);
    }
    const { plain, generalizedMarchenkoPastur: general } = await opinionsOn(matrix);
    // The plain law takes the larger columns for spikes, and then fits what is left.
    expect(plain.spikes.length).toBeGreaterThan(10);
    expect(general!.spikes).toBe(0);
    expect(general!.pValue).toBeGreaterThan(0.05);
    expect(general!.fittedParameters).toBe(3);
    const meanSquare = (5 * 34 + 66) / 100;
    expect(Math.abs(general!.scale / Math.sqrt(meanSquare) - 1)).toBeLessThan(0.06);
  });

  test("recover a population from the quantiles of its own law", () => {
    const law = generalizedMarchenkoPastur([1, 6], [0.6, 0.4], 0.3);
    const ascending = Float64Array.from({ length: 300 }, (_, i) => law.quantile((i + 0.5) / 300));
    const { values, weights } = fitPopulation(ascending, 0.3);
    expect(values.length).toBe(2);
    // The quantiles are exact to rounding, and so is the least sum, 0.
    expect(Math.abs(Math.log(values[1]! / values[0]! / 6))).toBeLessThan(1e-6);
    expect(Math.abs(weights[1]! - 0.4)).toBeLessThan(1e-6);
  });

  test("recover the seven points of a skewed log-normal population, in any unit", () => {
    const stream = randomStream(96, ["population"]);
    for (const [spread, skew, q] of [
      [0.2, 0, 1],
      [0.4, 0.05, 0.5],
      [0.7, -0.05, 0.25],
      [1, 0, 0.1],
    ] as const) {
      // Nodes and weights of the Hermite rule: numpy 2.4.6, polynomial.hermite_e.hermegauss(7).
      const nodes = [3.750439717725742, 2.366759410734541, 1.1544053947399682];
      const shares = [0.0005482688559722184, 0.03075712396758647, 0.24012317860501253];
      const z = [...nodes.map((node) => -node), 0, ...nodes.toReversed()];
      const raw = z.map((each) => Math.exp(spread * each + skew * (each * each - 1)));
      const h = [...shares, 0.45714285714285713, ...shares.toReversed()];
      const law = generalizedMarchenkoPastur(raw, h, q);
      const unit = Math.exp(3 * stream.normal());
      const ascending = Float64Array.from({ length: 240 }, (_, i) => unit * law.quantile((i + 0.5) / 240));
      const { values, weights } = fitPopulation(ascending, q);
      expect(weights.length).toBe(7);
      for (const [k, value] of values.entries()) {
        expect(Math.abs(Math.log((value * law.mean) / raw[k]!))).toBeLessThan(1e-3);
      }
      expect(values.reduce((sum, value, k) => sum + value * weights[k]!, 0)).toBeCloseTo(1, 12);
    }
  });

  test("are misled by strong spikes in the mean squares, and not once these are taken off", async () => {
    let matrix = unequal(0.3, 0.3, "spiked");
    const strength = 12 * (rows * columns) ** 0.25;
    for (const k of [1, 2]) matrix = plant(matrix, strength, k);
    const { plain, separable, input } = await opinionsOn(matrix);
    expect(plain.spikes.length).toBeGreaterThan(2);
    expect(separable!.pValue).toBeLessThan(0.01);
    const { u, v, s } = factors(matrix);
    const taken = (vectors: readonly Float64Array[]) =>
      [0, 1].map((k) => ({ value: s[k]!, vector: vectors[k]! }));
    const cleared = secondOpinions({
      ...input,
      rowMeanSquares: meanSquaresWithoutSpikes(input.rowMeanSquares, columns, taken(u)),
      columnMeanSquares: meanSquaresWithoutSpikes(input.columnMeanSquares, rows, taken(v)),
    }).separable!;
    expect(cleared.pValue).toBeGreaterThan(0.05);
    expect(cleared.spikes).toBe(2);
    expect(Math.abs(cleared.scale - 1)).toBeLessThan(4 * cleared.scaleStandardError);
    expect(() => meanSquaresWithoutSpikes(input.rowMeanSquares, columns, taken(v))).toThrow(RangeError);
  });

  test("do not depend on orientation or unit", async () => {
    const matrix = unequal(0.5, 0.3, "units");
    const one = await opinionsOn(matrix);
    const data = matrix.data.map((entry) => entry * 2 ** -40);
    const other = await opinionsOn(transposed({ ...matrix, data }));
    for (const id of ["separable", "generalizedMarchenkoPastur"] as const) {
      expect(other[id]!.pValue).toBeCloseTo(one[id]!.pValue, 8);
      expect(other[id]!.ksDistance).toBeCloseTo(one[id]!.ksDistance, 9);
      expect((other[id]!.scale * 2 ** 40) / one[id]!.scale).toBeCloseTo(1, 9);
      // The law is that of the eigenvalues as they are.
      expect(one[id]!.law!.cdf(one[id]!.law!.quantile(0.4))).toBeCloseTo(0.4, 9);
      expect(other[id]!.law!.mean / one[id]!.law!.mean / 2 ** -80).toBeCloseTo(1, 9);
    }
    expect(one.separable!.law!.mean / one.separable!.scale ** 2).toBeCloseTo(1, 2);
  });

  test("are null where there is too little, or zeros", async () => {
    const { input } = await opinionsOn(gaussian(rows, columns, 1, "null"));
    const none = { separable: null, generalizedMarchenkoPastur: null };
    expect(secondOpinions({ ...input, singularValues: input.singularValues.slice(0, 31) })).toEqual(none);
    const withZero = input.singularValues.slice();
    withZero[columns - 1] = 0;
    expect(secondOpinions({ ...input, singularValues: withZero })).toEqual(none);
    const dead = { ...input, rowMeanSquares: new Float64Array(rows) };
    expect(secondOpinions(dead).separable).toBeNull();
    expect(secondOpinions(dead).generalizedMarchenkoPastur).not.toBeNull();
  });
});

/** Singular vectors and values, one list a vector. */
function factors(matrix: Matrix) {
  const { left, values, right } = thinSvd(matrix);
  const k = values.length;
  const column = (vectors: Float64Array, c: number) => vectors.filter((_, i) => i % k === c);
  return {
    u: Array.from(values, (_, c) => column(left, c)),
    v: Array.from(values, (_, c) => column(right, c)),
    s: values,
  };
}

/** The matrix with these singular vectors and values. */
function compose(u: readonly Float64Array[], s: Float64Array, v: readonly Float64Array[]): Matrix {
  const data = new Float64Array(rows * columns);
  for (const [k, value] of s.entries()) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) data[i * columns + j]! += value * u[k]![i]! * v[k]![j]!;
    }
  }
  return { rows, columns, data };
}
