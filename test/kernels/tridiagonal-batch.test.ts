import fc from "fast-check";
import { expect, test } from "vitest";
import { tridiagonalBatch } from "../../src/kernels/tridiagonal.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { tridiagonalEigenvalues } from "../../src/linalg/tridiagonal-eigenvalues.ts";

test("many tridiagonal matrices at once have the eigenvalues that they have one by one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(0, 0.01, 1, 100),
      fc.integer({ min: 0, max: 1e6 }),
      (order, count, coupling, seed) => {
        const stream = randomStream(seed, ["batch"]);
        // B'B for bidiagonal B: positive semidefinite, as the kernel expects; some entries exactly zero.
        const diagonals = new Float64Array(count * order);
        const squares = new Float64Array(count * order);
        for (let first = 0; first < diagonals.length; first += order) {
          let above = 0;
          for (let i = 0; i < order; i++) {
            const on = stream.uniform() < 0.1 ? 0 : stream.uniform() * (order - i);
            diagonals[first + i] = on + above;
            above = stream.uniform() < 0.1 ? 0 : coupling * stream.uniform();
            squares[first + i] = on * above;
          }
        }
        const [ours, theirs] = [diagonals.slice(), diagonals.slice()];
        tridiagonalBatch(ours, squares.slice(), order);
        for (let first = 0; first < theirs.length; first += order) {
          const row = theirs.subarray(first, first + order);
          tridiagonalEigenvalues(row, squares.slice(first, first + order));
          const bound = 8 * Number.EPSILON * order * (row[order - 1]! + Number.MIN_VALUE);
          for (let i = 0; i < order; i++)
            expect(Math.abs(ours[first + i]! - row[i]!)).toBeLessThanOrEqual(bound);
        }
      },
    ),
    { seed: 12, numRuns: 300 },
  );
});
