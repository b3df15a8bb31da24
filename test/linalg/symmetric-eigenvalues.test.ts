import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { ConvergenceError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { symmetricEigenvalues } from "../../src/linalg/symmetric-eigenvalues.ts";
import { tridiagonalEigenvalues } from "../../src/linalg/tridiagonal-eigenvalues.ts";

/** Rounding errors grow with the order: c * eps * n * norm, with this c. */
const c = 4;

describe("eigenvalues of symmetric matrices", () => {
  test("are those of ml-matrix", () => {
    for (const n of [1, 2, 3, 5, 8, 33, 90]) {
      const stream = randomStream(3, ["symmetric", n]);
      const dense = Matrix.zeros(n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) dense.set(i, j, stream.normal());
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) dense.set(i, j, dense.get(j, i));
      const expected = new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues;
      const values = symmetricEigenvalues(Float64Array.from(dense.to1DArray()), n);
      const norm = Math.max(...expected.map(Math.abs));
      for (const [i, value] of [...expected].sort((a, b) => a - b).entries()) {
        expect(Math.abs(values[i]! - value)).toBeLessThan(c * Number.EPSILON * n * norm);
      }
    }
  });

  test("of the second difference are 2 - 2 cos(k pi / (n + 1))", () => {
    const n = 200;
    const values = tridiagonalEigenvalues(new Float64Array(n).fill(2), new Float64Array(n).fill(1));
    for (let k = 1; k <= n; k++) {
      const closed = 2 - 2 * Math.cos((k * Math.PI) / (n + 1));
      expect(Math.abs(values[k - 1]! - closed)).toBeLessThan(c * Number.EPSILON * n);
    }
  });

  test("have the matrix's trace and squared Frobenius norm, whatever its entries", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(1e-150, 1e-30, 1, 1e30, 1e140),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, seed, scale, sparsity) => {
          const stream = randomStream(seed, ["property"]);
          const a = new Float64Array(n * n);
          let trace = 0;
          let square = 0;
          for (let i = 0; i < n; i++) {
            for (let j = 0; j <= i; j++) {
              const entry = stream.uniform() < sparsity ? 0 : stream.normal();
              a[i * n + j] = entry * scale;
              if (i === j) trace += entry;
              square += (i === j ? 1 : 2) * entry * entry;
            }
          }
          const values = symmetricEigenvalues(a, n);
          const sum = values.reduce((total, value) => total + value / scale, 0);
          const squares = values.reduce((total, value) => total + (value / scale) ** 2, 0);
          const bound = c * Number.EPSILON * n * n * (1 + Math.sqrt(square));
          expect(Math.abs(sum - trace)).toBeLessThanOrEqual(bound);
          expect(Math.abs(squares - square)).toBeLessThanOrEqual(bound * (1 + Math.sqrt(square)));
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });

  test("of the identity, of zero and of repeated blocks come out", () => {
    const identity = new Float64Array(25);
    for (let i = 0; i < 5; i++) identity[6 * i] = 1;
    expect(Array.from(symmetricEigenvalues(identity, 5))).toEqual([1, 1, 1, 1, 1]);
    expect(Array.from(symmetricEigenvalues(new Float64Array(9), 3))).toEqual([0, 0, 0]);
    expect(symmetricEigenvalues(new Float64Array(0), 0).length).toBe(0);
    const ones = symmetricEigenvalues(new Float64Array(100).fill(1), 10);
    expect(ones[9]).toBeCloseTo(10, 12);
    expect(Math.max(...ones.subarray(0, 9).map(Math.abs))).toBeLessThan(c * Number.EPSILON * 10);
  });

  test("of a matrix with NaN or infinity are refused", () => {
    expect(() => tridiagonalEigenvalues(Float64Array.of(1, Number.NaN), new Float64Array(2))).toThrow(
      ConvergenceError,
    );
    expect(() => symmetricEigenvalues(Float64Array.of(1, 0, Number.POSITIVE_INFINITY, 1), 2)).toThrow(
      ConvergenceError,
    );
  });
});
