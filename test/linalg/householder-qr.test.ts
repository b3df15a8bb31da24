import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gram } from "../../src/linalg/gram.ts";
import { rowBlockQr, triangularFactor } from "../../src/linalg/householder-qr.ts";
import { orthonormalize } from "../../src/linalg/orthonormalize.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { gaussian, transposed } from "../noise.ts";

/** Rounding errors grow with the order: c * eps * n * norm^2, with this c. */
const c = 2;

/** Largest difference of R'R and the Gram matrix, over its trace. */
function gramError(r: Float64Array, g: Float64Array, n: number): number {
  let trace = 0;
  let worst = 0;
  for (let i = 0; i < n; i++) {
    trace += g[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += r[k * n + i]! * r[k * n + j]!;
      worst = Math.max(worst, Math.abs(sum - g[i * n + j]!));
    }
  }
  return trace === 0 ? worst : worst / trace;
}

describe("the triangular factor", () => {
  test("has the Gram matrix of the smaller side, and nothing below its diagonal", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, columns, seed, sparsity) => {
          const stream = randomStream(seed, ["qr"]);
          const data = Float64Array.from({ length: rows * columns }, () =>
            stream.uniform() < sparsity ? 0 : stream.normal(),
          );
          const matrix = { rows, columns, data };
          const n = Math.min(rows, columns);
          const r = triangularFactor(matrix, 0.5);
          expect(gramError(r, gram(matrix, 0.5), n)).toBeLessThanOrEqual(c * Number.EPSILON * n);
          for (let i = 0; i < n; i++) expect(r.subarray(i * n, i * n + i).every((x) => x === 0)).toBe(true);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });

  test("is the same, to the bit, for a matrix and its transpose", () => {
    const matrix = gaussian(31, 210, 1, "qr");
    expect(triangularFactor(matrix, 1)).toEqual(triangularFactor(transposed(matrix), 1));
  });

  test("may be fed rows in portions of any size", () => {
    const matrix = gaussian(500, 22, 1, "portions");
    const qr = rowBlockQr(22);
    for (const [start, count] of [[0, 1] as const, [1, 299] as const, [300, 200] as const]) {
      qr.absorb(matrix, 1, start, count);
    }
    expect(gramError(qr.factor(), gram(matrix, 1), 22)).toBeLessThan(c * Number.EPSILON * 22);
  });

  test("ignores columns so small that their squares vanish", () => {
    const matrix = gaussian(40, 6, 1, "tiny");
    for (let i = 0; i < 40; i++) matrix.data[i * 6 + 2]! *= 1e-160;
    expect(gramError(triangularFactor(matrix, 1), gram(matrix, 1), 6)).toBeLessThan(c * Number.EPSILON * 6);
  });
});

describe("a row made orthonormal to others", () => {
  test("gives its coefficients, and is replaced where it has nothing of its own", () => {
    const stream = randomStream(1, ["orthonormalize"]);
    const rows = Float64Array.of(1, 0, 0, 3, 0, 4, 5, 0, -5);
    expect(Array.from(orthonormalize(rows, 1, 3, stream))).toEqual([3, 4]);
    expect(Array.from(rows.subarray(3, 6))).toEqual([0, 0, 1]);
    expect(Array.from(orthonormalize(rows, 2, 3, stream))).toEqual([5, -5, 0]);
    expect(Math.abs(rows[7]!)).toBeCloseTo(1, 14);
    expect(Math.hypot(rows[6]!, rows[8]!)).toBeLessThan(4 * Number.EPSILON);
  });
});
