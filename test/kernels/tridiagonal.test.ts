import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConvergenceError } from "../../src/errors.ts";
import { bestVariant, kernelsWithMemory } from "../../src/kernels/kernels.ts";
import { tridiagonalSolver } from "../../src/kernels/tridiagonal.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { tridiagonalEigenvalues } from "../../src/linalg/tridiagonal-eigenvalues.ts";

const variant = bestVariant();
const byKernel = (diagonal: Float64Array, squares: Float64Array) =>
  tridiagonalEigenvalues(diagonal, squares, tridiagonalSolver(kernelsWithMemory(variant!, 65536), 1024));

/** Rounding errors grow with the order: c * eps * n * norm, with this c. */
const c = 4;

describe.skipIf(variant === null)("the kernel for tridiagonal matrices", () => {
  test("gives the eigenvalues that the function does, whatever the entries", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(0, 1e-9, 0.01, 1, 100),
        fc.constantFrom(1e-150, 1e-30, 1, 1e30, 1e140),
        fc.boolean(),
        fc.integer({ min: 0, max: 1e6 }),
        (order, coupling, scale, isGraded, seed) => {
          const stream = randomStream(seed, ["tridiagonal"]);
          const diagonal = new Float64Array(order);
          const squares = new Float64Array(order);
          for (let i = 0; i < order; i++) {
            const grade = scale * (isGraded ? 2 ** (-i / 2) : 1);
            diagonal[i] = stream.uniform() < 0.1 ? 0 : grade * stream.normal();
            squares[i] = stream.uniform() < 0.1 ? 0 : (grade * coupling * stream.normal()) ** 2;
          }
          const theirs = tridiagonalEigenvalues(diagonal.slice(), squares.slice());
          const ours = byKernel(diagonal.slice(), squares.slice());
          const norm = Math.max(Math.abs(theirs[0]!), Math.abs(theirs[order - 1]!));
          for (let i = 0; i < order; i++) {
            expect(Math.abs(ours[i]! - theirs[i]!)).toBeLessThanOrEqual(c * Number.EPSILON * order * norm);
          }
        },
      ),
      { seed: 12, numRuns: 500 },
    );
  });

  test("gives those of Kac's matrix, -n, -n + 2 .. n", () => {
    const n = 600;
    const squares = Float64Array.from({ length: n + 1 }, (_, i) => (i + 1) * (n - i));
    const values = byKernel(new Float64Array(n + 1), squares);
    for (let k = 0; k <= n; k++) {
      expect(Math.abs(values[k]! - (2 * k - n))).toBeLessThan(c * Number.EPSILON * n * n);
    }
  });

  test("refuses entries that are not finite", () => {
    const squares = new Float64Array(2);
    expect(() => byKernel(Float64Array.of(1, Number.NaN), squares)).toThrow(ConvergenceError);
  });
});
