import fc from "fast-check";
import { SingularValueDecomposition, Matrix as WrappedMatrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { ConvergenceError } from "../../src/errors.ts";
import { censusOf, unitOf } from "../../src/linalg/entry-census.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { gaussian, transposed } from "../noise.ts";

/** Signs of a Hadamard matrix of an order that is a power of two, by Sylvester. */
function sign(i: number, j: number): number {
  let bits = i & j;
  let isOdd = false;
  for (; bits > 0; bits &= bits - 1) isOdd = !isOdd;
  return isOdd ? -1 : 1;
}

/**
 * A matrix without any rounding whose singular values are `integers[k] * sqrt(rows * columns)`: signs around
 * a diagonal of whole numbers that sum to less than 2^53. Rows and columns are powers of two, rows >= columns.
 */
function exactly(rows: number, columns: number, integers: readonly number[]): Matrix {
  const stream = randomStream(7, ["hadamard", rows, columns]);
  const rowSigns = Array.from({ length: rows }, () => (stream.uniform() < 0.5 ? -1 : 1));
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += integers[k]! * sign(i, k) * sign(k, j);
      data[i * columns + j] = sum * rowSigns[i]!;
    }
  }
  return { rows, columns, data };
}

/** Whole numbers from about 2^53 / sum down to that over the condition number, evenly in their logarithms. */
function graded(count: number, condition: number): number[] {
  const relative = Array.from({ length: count }, (_, i) => condition ** (-i / (count - 1)));
  const top = (0.9 * 2 ** 53) / relative.reduce((sum, each) => sum + each);
  return relative.map((each) => Math.max(1, Math.round(each * top)));
}

describe("accurate singular values", () => {
  test.each([
    [64, 64],
    [256, 256],
    [128, 64],
    [256, 32],
  ])("of an exactly known %i x %i matrix are within their bounds", (rows, columns) => {
    for (const condition of [1, 1e2, 1e6, 1e10, 1e14]) {
      const integers = graded(columns, condition);
      const { values, relativeErrorBounds, resolution } = accurateSingularValues(
        exactly(rows, columns, integers),
      );
      for (const [k, integer] of integers.entries()) {
        const closed = integer * Math.sqrt(rows * columns);
        if (values[k] === 0) expect(closed).toBeLessThan(2 * resolution);
        else expect(Math.abs(values[k]! / closed - 1)).toBeLessThanOrEqual(relativeErrorBounds[k]!);
      }
    }
  });

  test("keep three digits of values 1e-12 times the largest, where the Gram matrix has none", async () => {
    const integers = graded(64, 1e12);
    const matrix = exactly(64, 64, integers);
    const smallest = integers.at(-1)! * 64;
    const gram = await typedArrayEngine.singularValues(matrix, unitOf(censusOf(matrix.data)));
    expect(gram.values.at(-1)).toBe(0);
    expect(gram.resolution).toBeGreaterThan(1e4 * smallest);
    const { values } = accurateSingularValues(matrix);
    expect(Math.abs(values.at(-1)! / smallest - 1)).toBeLessThan(1e-3);
  });

  test("are those of the Gram matrix within both bounds, for any shape, rank, size, and repeated rows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 140 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom("gaussian", "low rank", "repeated rows", "sparse", "identity", "constant", "graded"),
        fc.constantFrom(1e-30, 1e-8, 1, 1e8, 1e30),
        fc.boolean(),
        async (shorter, longer, seed, sort, scale, isFlipped) => {
          const matrix = sample(shorter, longer, seed, sort, scale);
          const shaped = isFlipped ? transposed(matrix) : matrix;
          if (shaped.data.every((entry) => entry === 0)) return;
          const gram = await typedArrayEngine.singularValues(shaped, unitOf(censusOf(shaped.data)));
          const accurate = accurateSingularValues(shaped);
          expect(accurate.values.length).toBe(gram.values.length);
          for (const [i, a] of accurate.values.entries()) {
            const b = gram.values[i]!;
            if (a > 0 && b > 0) {
              const allowed = a * accurate.relativeErrorBounds[i]! + b * gram.relativeErrorBounds[i]!;
              expect(Math.abs(a - b)).toBeLessThanOrEqual(allowed);
            } else expect(Math.max(a, b)).toBeLessThanOrEqual(accurate.resolution + 1.25 * gram.resolution);
            if (i > 0) expect(a).toBeLessThanOrEqual(accurate.values[i - 1]!);
            expect(a === 0).toBe(accurate.relativeErrorBounds[i] === 1);
          }
        },
      ),
      { seed: 8, numRuns: 400 },
    );
  });

  test("are those of ml-matrix", () => {
    for (const [rows, columns] of [[1, 1] as const, [7, 5] as const, [20, 50] as const, [40, 40] as const]) {
      const matrix = gaussian(rows, columns, 1, "oracle");
      const oracle = new SingularValueDecomposition(WrappedMatrix.from1DArray(rows, columns, matrix.data), {
        autoTranspose: true,
      }).diagonal;
      const { values } = accurateSingularValues(matrix);
      // Both err by a small multiple of eps * n * s1.
      const tolerance = 4 * Number.EPSILON * Math.max(rows, columns) * values[0]!;
      for (const [i, value] of values.entries()) {
        expect(Math.abs(value - oracle[i]!)).toBeLessThan(tolerance);
      }
    }
  });

  test.each([1e-300, 1e300])("come out of entries near %f as near 1", (scale) => {
    const matrix = gaussian(12, 30, 1, "scaled");
    const factor = 2 ** Math.round(Math.log2(scale));
    const scaled = { ...matrix, data: matrix.data.map((entry) => entry * factor) };
    const expected = accurateSingularValues(matrix).values.map((value) => value * factor);
    expect(accurateSingularValues(scaled).values).toEqual(expected);
  });

  test("do not depend on the orientation or the type of the array by more than their bounds", () => {
    const matrix = gaussian(50, 64, 1, "orientation");
    const single = Float32Array.from(matrix.data);
    const { values, relativeErrorBounds } = accurateSingularValues({ ...matrix, data: single });
    const other = accurateSingularValues(transposed({ ...matrix, data: Float64Array.from(single) })).values;
    for (const [i, value] of values.entries()) {
      expect(Math.abs(other[i]! / value - 1)).toBeLessThanOrEqual(2 * relativeErrorBounds[i]!);
    }
  });

  test("of zero are zero, and of NaN are refused", () => {
    const zero = accurateSingularValues({ rows: 3, columns: 2, data: new Float64Array(6) });
    expect(Array.from(zero.values)).toEqual([0, 0]);
    expect(Array.from(zero.relativeErrorBounds)).toEqual([1, 1]);
    const broken = { rows: 2, columns: 2, data: Float64Array.of(1, 2, Number.NaN, 3) };
    expect(() => accurateSingularValues(broken)).toThrow(ConvergenceError);
  });
});

/** A matrix of a sort that is hard for something. */
function sample(rows: number, columns: number, seed: number, sort: string, scale: number) {
  const stream = randomStream(seed, ["sample", sort]);
  const data = new Float64Array(rows * columns);
  const rank = sort === "low rank" ? 1 + Math.floor(3 * stream.uniform()) : 0;
  if (rank > 0) {
    for (let r = 0; r < rank; r++) {
      const left = Float64Array.from({ length: rows }, () => stream.normal());
      const right = Float64Array.from({ length: columns }, () => stream.normal());
      for (let p = 0; p < data.length; p++) {
        data[p] = data[p]! + left[Math.floor(p / columns)]! * right[p % columns]! * scale;
      }
    }
    return { rows, columns, data };
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let entry = stream.normal();
      if (sort === "sparse" && stream.uniform() < 0.9) entry = 0;
      if (sort === "identity") entry = i === j ? 1 : 0;
      if (sort === "constant") entry = 0.7;
      if (sort === "graded") entry *= 10 ** (-6 * (i / rows));
      data[i * columns + j] = entry * scale;
    }
    if (sort === "repeated rows" && i > 0 && stream.uniform() < 0.5) data.copyWithin(i * columns, 0, columns);
  }
  return { rows, columns, data };
}
