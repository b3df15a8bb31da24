import fc from "fast-check";
import { Matrix as MlMatrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { censusOf, unitOf } from "../../src/linalg/entry-census.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { SpectrumEngine } from "../../src/spectrum/spectrum-engine.ts";
import { typedArrayEngine } from "../../src/spectrum/typed-array-engine.ts";
import { transposed } from "../noise.ts";

/** Makers of matrices that engines stumble over. */
const kinds: Readonly<Record<string, (rows: number, columns: number, normal: () => number) => Float64Array>> =
  {
    gaussian: (rows, columns, normal) => Float64Array.from({ length: rows * columns }, normal),
    "rank 2": (rows, columns, normal) => {
      const [a, b, c, d] = [rows, rows, columns, columns].map((n) =>
        Float64Array.from({ length: n }, normal),
      );
      return Float64Array.from({ length: rows * columns }, (_, k) => {
        const [i, j] = [Math.floor(k / columns), k % columns];
        return a![i]! * c![j]! + b![i]! * d![j]!;
      });
    },
    "repeated rows": (rows, columns, normal) => {
      const row = Float64Array.from({ length: columns }, normal);
      return Float64Array.from({ length: rows * columns }, (_, k) => row[k % columns]!);
    },
    identity: (rows, columns) =>
      Float64Array.from({ length: rows * columns }, (_, k) =>
        Math.floor(k / columns) === k % columns ? 1 : 0,
      ),
    "one entry": (rows, columns) =>
      Float64Array.from({ length: rows * columns }, (_, k) => (k === 0 ? 1 : 0)),
    "half zero": (rows, columns, normal) =>
      Float64Array.from({ length: rows * columns }, (_, k) => (k % 2 === 0 ? normal() : 0)),
  };

/** Singular values of two engines agree within the sum of their bounds. */
export function expectAgreement(
  a: { values: Float64Array; relativeErrorBounds: Float64Array; resolution: number },
  b: { values: Float64Array; relativeErrorBounds: Float64Array; resolution: number },
): void {
  expect(a.values.length).toBe(b.values.length);
  for (let i = 0; i < a.values.length; i++) {
    const [x, y] = [a.values[i]!, b.values[i]!];
    // A value given as 0 may be anything up to the engine's resolution.
    const slack = (value: number, bound: number, resolution: number) =>
      value === 0 ? resolution : bound * value;
    const allowed =
      slack(x, a.relativeErrorBounds[i]!, a.resolution) + slack(y, b.relativeErrorBounds[i]!, b.resolution);
    expect(Math.abs(x - y), `value ${i} of ${a.values.length}`).toBeLessThanOrEqual(allowed);
  }
}

/** What an engine gives for a matrix, with the unit that it is given everywhere. */
export const valuesOf = (engine: SpectrumEngine, matrix: Matrix) =>
  engine.singularValues(matrix, unitOf(censusOf(matrix.data)));

/** The battery that every engine passes. */
export function describeEngine(engine: SpectrumEngine): void {
  describe(`engine ${engine.id}`, () => {
    test("agrees with the TypedArray engine within both bounds, over shapes, ranks, scales and dtypes", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 300 }),
          fc.integer({ min: 1, max: 700 }),
          fc.constantFrom(...Object.keys(kinds)),
          fc.constantFrom(1e-30, 1e-6, 1, 3, 1e30),
          fc.boolean(),
          fc.integer({ min: 0, max: 1e6 }),
          async (rows, columns, kind, scale, isSingle, seed) => {
            const entries = kinds[kind]!(rows, columns, randomStream(seed, ["engine"]).normal);
            const scaled = entries.map((entry) => entry * scale);
            const matrix: Matrix = { rows, columns, data: isSingle ? Float32Array.from(scaled) : scaled };
            expectAgreement(await valuesOf(engine, matrix), await valuesOf(typedArrayEngine, matrix));
          },
        ),
        { seed: 8, numRuns: 60 },
      );
    });

    test("agrees on what is left of matrices of low rank, squared again and again until it underflows", async () => {
      // One entry on a constant: of the 48 rows 46 are rounding errors, and errors of them, down to 1e-300.
      const order = 48;
      for (let place = 0; place < order * order; place += 23) {
        const data = new Float64Array(order * order).fill(-1 / (order * order));
        data[place]! += 1;
        const matrix = { rows: order, columns: order, data };
        expectAgreement(await valuesOf(engine, matrix), await valuesOf(typedArrayEngine, matrix));
      }
    });

    test("agrees with ml-matrix", async () => {
      for (const [rows, columns] of [
        [7, 7],
        [40, 25],
        [25, 90],
      ] as const) {
        const data = kinds.gaussian!(rows, columns, randomStream(1, ["ml", rows]).normal);
        const { values, relativeErrorBounds } = await valuesOf(engine, { rows, columns, data });
        const oracle = new SingularValueDecomposition(MlMatrix.from1DArray(rows, columns, Array.from(data)), {
          autoTranspose: true,
        }).diagonal.sort((a, b) => b - a);
        for (const [i, value] of oracle.entries()) {
          // ml-matrix's own error: 10 eps per order, seen on matrices with known singular values.
          const allowed = (relativeErrorBounds[i]! + 10 * Number.EPSILON * rows) * oracle[0]!;
          expect(Math.abs(values[i]! - value)).toBeLessThan(allowed);
        }
      }
    });

    // Orthogonal rows, one of c and the others of +-d alike: s = c sqrt(136) and d sqrt(136 (rows - 1)), nearly equal. c as
    // searches for the largest error of products in pairs found them, when all were.
    test.each([
      [16, 0.8948341743536778],
      [32, 0.9419711038161411],
      [50, 0.6652996717573649],
      [66, 0.676763148068384],
      [72, 0.9719810116552108],
    ])(
      "knows the singular values of one row beside many small ones that are alike: %i rows",
      async (rows, c) => {
        const [columns, half] = [136, 68];
        // 26 bits: its square is exact.
        const d = Math.fround(c / Math.sqrt(rows - 1));
        const data = Float64Array.from({ length: rows * columns }, (_, at) => {
          if (at < columns) return c;
          return at % columns < half ? -d : d;
        });
        const { values, relativeErrorBounds } = await valuesOf(engine, { rows, columns, data });
        const known = [c * Math.sqrt(columns), d * Math.sqrt(columns * (rows - 1))].sort((a, b) => b - a);
        for (const [i, value] of known.entries()) {
          const allowed = (relativeErrorBounds[i]! + 2 * Number.EPSILON) * value;
          expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(allowed);
        }
      },
    );

    test("gives the same bits for a matrix and its transpose, and when asked twice", async () => {
      const data = kinds.gaussian!(90, 131, randomStream(2, ["bits"]).normal);
      const matrix = { rows: 90, columns: 131, data };
      const first = await valuesOf(engine, matrix);
      expect(await valuesOf(engine, transposed(matrix))).toEqual(first);
      expect(await valuesOf(engine, matrix)).toEqual(first);
      expect(matrix.data).toEqual(data);
    });

    test("gives a zero as 0 with the bound 1, and known values within their bounds", async () => {
      const diagonal = Float64Array.of(3, 2, 1, 1e-5, 0);
      const data = new Float64Array(25);
      for (let i = 0; i < 5; i++) data[6 * i] = diagonal[i]!;
      const { values, relativeErrorBounds, resolution } = await valuesOf(engine, {
        rows: 5,
        columns: 5,
        data,
      });
      expect([values[4], relativeErrorBounds[4]]).toEqual([0, 1]);
      for (let i = 0; i < 4; i++) {
        expect(Math.abs(values[i]! - diagonal[i]!)).toBeLessThanOrEqual(relativeErrorBounds[i]! * values[i]!);
        expect(relativeErrorBounds[i]).toBeLessThan(1);
      }
      expect(resolution).toBeLessThan(1e-6);
    });
  });
}
