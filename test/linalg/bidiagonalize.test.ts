import fc from "fast-check";
import { expect, test } from "vitest";
import { bidiagonalize, multiplyByP, multiplyByQ } from "../../src/linalg/bidiagonalize.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Rounding errors grow with the order: c * eps * n * norm, with this c. */
const c = 2;

test("Q B P' is the matrix, with Q and P orthogonal, whatever its entries", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (n, more, seed, sparsity, isGraded) => {
        const m = n + more;
        const stream = randomStream(seed, ["bidiagonalize"]);
        const a = Float64Array.from({ length: m * n }, () => {
          const size = isGraded ? 10 ** (-200 * stream.uniform()) : 1;
          return stream.uniform() < sparsity ? 0 : stream.normal() * size;
        });
        const form = bidiagonalize(a.slice(), m, n);
        // Columns of Q, as rows; P times the columns of B', which makes rows of B P'.
        const q = new Float64Array(n * m);
        const bp = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          q[i * m + i] = 1;
          bp[i * n + i] = form.diagonal[i]!;
          if (i < n - 1) bp[i * n + i + 1] = form.superdiagonal[i]!;
        }
        multiplyByQ(form, m, q);
        multiplyByP(form, bp);
        const norm = Math.sqrt(a.reduce((sum, entry) => sum + entry * entry, 0));
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < n; k++) sum += q[k * m + i]! * bp[k * n + j]!;
            expect(Math.abs(sum - a[i * n + j]!)).toBeLessThanOrEqual(c * Number.EPSILON * m * norm);
          }
        }
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++) {
            let dot = 0;
            for (let k = 0; k < m; k++) dot += q[i * m + k]! * q[j * m + k]!;
            expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThanOrEqual(c * Number.EPSILON * m);
          }
        }
      },
    ),
    { seed: 5, numRuns: 120 },
  );
});

test("a diagonal matrix needs no reflection", () => {
  const form = bidiagonalize(Float64Array.of(2, 0, 0, -3, 0, 0), 3, 2);
  expect(Array.from(form.diagonal)).toEqual([2, -3]);
  expect(Array.from(form.superdiagonal)).toEqual([0, 0]);
  expect(Array.from(form.leftWeights)).toEqual([0, 0]);
});
