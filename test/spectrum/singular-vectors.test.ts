import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import {
  extremeSingularVectors,
  type SingularTriplet,
  thinSvd,
} from "../../src/spectrum/singular-vectors.ts";
import { gaussian, plant, transposed } from "../noise.ts";

/** Errors of all vectors are at most c * eps * n * s1, and of a few c * eps * sqrt(n) * s1. */
const c = 8;

/** Largest difference of X'X from the identity, X `[length, k]` row-major. */
function orthogonalityError(x: Float64Array, length: number, k: number): number {
  let worst = 0;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += x[i * k + a]! * x[i * k + b]!;
      worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

/** U diag(s) V' with Haar-like U and V from Gaussian matrices. */
function withSpectrum(rows: number, columns: number, s: (i: number) => number): Matrix {
  const k = Math.min(rows, columns);
  const u = thinSvd(gaussian(rows, k, 1, "u")).left;
  const v = thinSvd(gaussian(columns, k, 1, "v")).left;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < k; l++) {
      const factor = u[i * k + l]! * s(l);
      for (let j = 0; j < columns; j++) data[i * columns + j]! += factor * v[j * k + l]!;
    }
  }
  return { rows, columns, data };
}

function identity(rows: number, columns: number): Matrix {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = 1;
  return { rows, columns, data };
}

function repeatedRows(rows: number, columns: number): Matrix {
  const { data } = gaussian(rows, columns, 1, "repeated");
  for (let i = 1; i < rows; i += 2) data.copyWithin(i * columns, (i - 1) * columns, i * columns);
  return { rows, columns, data };
}

/** Largest entry in magnitude of a vector. */
function dominant(vector: Iterable<number>): number {
  let largest = 0;
  for (const entry of vector) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
  return largest;
}

const sorts: Record<string, (rows: number, columns: number) => Matrix> = {
  gaussian: (rows, columns) => gaussian(rows, columns, 1, "sorts"),
  identity,
  zero: (rows, columns) => ({ rows, columns, data: new Float64Array(rows * columns) }),
  constant: (rows, columns) => ({ rows, columns, data: new Float64Array(rows * columns).fill(0.7) }),
  "repeated rows": repeatedRows,
  "of rank 2": (rows, columns) => withSpectrum(rows, columns, (i) => (i < 2 ? 3 - i : 0)),
  "of condition number 1e14": (rows, columns) => {
    const last = Math.max(1, Math.min(rows, columns) - 1);
    return withSpectrum(rows, columns, (i) => 10 ** ((-14 * i) / last));
  },
  "with a cluster on top": (rows, columns) =>
    withSpectrum(rows, columns, (i) => (i < 4 ? 2 - 1e-13 * i : 1 / (1 + i))),
  "with one value far above the rest": (rows, columns) =>
    withSpectrum(rows, columns, (i) => (i === 0 ? 1e8 : 1)),
  "with one value far under the rest": (rows, columns) =>
    withSpectrum(rows, columns, (i) => (i === Math.min(rows, columns) - 1 ? 1e-13 : 1)),
};

describe("the thin singular value decomposition", () => {
  test("is orthonormal, gives the matrix back, and has positive left vectors, whatever the matrix", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(...Object.keys(sorts)),
        fc.constantFrom(1e-300, 1e-30, 1, 1e30, 1e290),
        (rows, columns, sort, scale) => {
          const { data } = sorts[sort]!(rows, columns);
          const matrix = { rows, columns, data: data.map((entry) => entry * scale) };
          const k = Math.min(rows, columns);
          const n = Math.max(rows, columns);
          const { left, values, right } = thinSvd(matrix);
          expect(orthogonalityError(left, rows, k)).toBeLessThanOrEqual(c * Number.EPSILON * n);
          expect(orthogonalityError(right, columns, k)).toBeLessThanOrEqual(c * Number.EPSILON * n);
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < columns; j++) {
              let sum = 0;
              for (let l = 0; l < k; l++) sum += left[i * k + l]! * values[l]! * right[j * k + l]!;
              const error = Math.abs(sum - matrix.data[i * columns + j]!);
              expect(error).toBeLessThanOrEqual(c * Number.EPSILON * n * values[0]!);
            }
          }
          for (let l = 0; l < k; l++) {
            expect(dominant(left.filter((_, p) => p % k === l))).toBeGreaterThan(0);
            if (l > 0) expect(values[l]).toBeLessThanOrEqual(values[l - 1]!);
          }
        },
      ),
      { seed: 9, numRuns: 200 },
    );
  });

  test("of a transposed matrix has left and right exchanged", () => {
    const matrix = gaussian(9, 23, 1, "exchange");
    const { left, right } = thinSvd(matrix);
    const other = thinSvd(transposed(matrix));
    for (const [p, entry] of left.entries()) expect(Math.abs(entry)).toBe(Math.abs(other.right[p]!));
    for (const [p, entry] of right.entries()) expect(Math.abs(entry)).toBe(Math.abs(other.left[p]!));
  });
});

/** Checks triplets: values from the right end, residuals as stated and small, orthonormality, signs. */
function expectGood(matrix: Matrix, triplets: readonly SingularTriplet[], end: "top" | "bottom"): void {
  const { rows, columns, data } = matrix;
  const { values } = accurateSingularValues(matrix);
  const k = values.length;
  const n = Math.max(rows, columns);
  const bound = c * Number.EPSILON * Math.sqrt(n) * values[0]!;
  for (const [index, { value, left, right, residual }] of triplets.entries()) {
    expect(Math.abs(value - values[end === "top" ? index : k - 1 - index]!)).toBeLessThanOrEqual(2 * bound);
    expect(residual).toBeLessThanOrEqual(bound);
    expect([left.length, right.length]).toEqual([rows, columns]);
    expect(dominant(left)).toBeGreaterThan(0);
    const image = left.map((entry) => -value * entry);
    const coimage = right.map((entry) => -value * entry);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        image[i]! += data[i * columns + j]! * right[j]!;
        coimage[j]! += data[i * columns + j]! * left[i]!;
      }
    }
    const actual = Math.max(Math.hypot(...image), Math.hypot(...coimage));
    expect(Math.abs(actual - residual)).toBeLessThanOrEqual(bound);
    for (const other of triplets.slice(0, index + 1)) {
      const isSame = other === triplets[index] ? 1 : 0;
      const dots = [dot(left, other.left), dot(right, other.right)];
      for (const each of dots) {
        expect(Math.abs(each - isSame)).toBeLessThanOrEqual(c * Number.EPSILON * Math.sqrt(n));
      }
    }
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, entry, i) => sum + entry * y[i]!, 0);
}

describe.each(["top", "bottom"] as const)("singular vectors at the %s", (end) => {
  test.each(Object.keys(sorts))("of a matrix %s", (sort) => {
    for (const [rows, columns] of [
      [1, 1],
      [1, 9],
      [30, 1],
      [6, 4],
      [40, 90],
      [130, 110],
    ] as const) {
      const matrix = sorts[sort]!(rows, columns);
      for (const count of [1, 3, 6]) {
        if (count > Math.min(rows, columns)) continue;
        expectGood(matrix, extremeSingularVectors(matrix, count, { end, seed: 1 }), end);
      }
    }
  });

  test("may be all there are", () => {
    for (const matrix of [gaussian(30, 20, 1, "all"), identity(12, 30), repeatedRows(25, 25)]) {
      const count = Math.min(matrix.rows, matrix.columns);
      expectGood(matrix, extremeSingularVectors(matrix, count, { end, seed: 2 }), end);
    }
  });

  test("are the same for the same seed, and need a count within the smaller side", () => {
    const matrix = gaussian(70, 100, 1, "seed");
    const once = extremeSingularVectors(matrix, 2, { end, seed: 3 });
    expect(extremeSingularVectors(matrix, 2, { end, seed: 3 })).toEqual(once);
    for (const count of [0, -1, 1.5, 71, Number.NaN]) {
      expect(() => extremeSingularVectors(matrix, count, { end, seed: 3 })).toThrow(UsageError);
    }
  });

  test("are measured in the unit of the matrix, from 1e-300 to 1e300", () => {
    const matrix = gaussian(70, 100, 1, "unit");
    const [one] = extremeSingularVectors(matrix, 1, { end, seed: 4 });
    for (const factor of [2 ** -990, 2 ** 990]) {
      const data = matrix.data.map((entry) => entry * factor);
      const [scaled] = extremeSingularVectors({ ...matrix, data }, 1, { end, seed: 4 });
      expect(scaled!.value).toBe(one!.value * factor);
      expect(scaled!.left).toEqual(one!.left);
    }
  });
});

test("Lanczos finds planted directions of a larger matrix, and both of a pair of equal strength", () => {
  const noise = gaussian(200, 320, 0.05, "lanczos");
  const matrix = plant(plant(noise, 5, "a"), 9, "b");
  const top = extremeSingularVectors(matrix, 2, { end: "top", seed: 5 });
  expectGood(matrix, top, "top");
  const double = withSpectrum(200, 150, (i) => (i < 2 ? 5 : 1 / (1 + i)));
  expectGood(double, extremeSingularVectors(double, 3, { end: "top", seed: 5 }), "top");
});

test("vectors of nothing, or of what is not finite, are refused", () => {
  const empty = { rows: 0, columns: 3, data: new Float64Array(0) };
  const broken = { rows: 1, columns: 2, data: Float64Array.of(1, Number.NaN) };
  for (const matrix of [empty, broken]) {
    expect(() => thinSvd(matrix)).toThrow(UsageError);
    expect(() => extremeSingularVectors(matrix, 1, { end: "top", seed: 1 })).toThrow(UsageError);
  }
});

test("with a tolerance the top comes with residuals within it, and subspaces near those without", () => {
  const matrix = gaussian(200, 150, 1, "tolerance");
  const [exact, rough] = [0, 1e-3].map((tolerance) =>
    extremeSingularVectors(matrix, 4, { end: "top", seed: 0, tolerance }),
  ) as [SingularTriplet[], SingularTriplet[]];
  for (const [i, { value, residual }] of rough.entries()) {
    expect(residual).toBeLessThanOrEqual(1e-3 * rough[0]!.value * (1 + 1e-9));
    // An error of the value is of second order in that of its vectors.
    expect(Math.abs(value - exact[i]!.value)).toBeLessThanOrEqual(1e-3 * value);
    expect(exact[i]!.residual).toBeLessThan(1e-12 * value);
  }
});
