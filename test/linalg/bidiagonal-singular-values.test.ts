import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConvergenceError } from "../../src/errors.ts";
import { bidiagonalVectors } from "../../src/linalg/bidiagonal-inverse-iteration.ts";
import { bidiagonalSingularValues, bidiagonalSvd } from "../../src/linalg/bidiagonal-singular-values.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Errors are at most c * eps * n, relative to each value or, for vectors, to the norm. */
const c = 4;

/** Bidiagonal matrices of every sort that is hard: zeros, equal entries, entries over many decades. */
const bidiagonals = fc
  .record({
    n: fc.integer({ min: 1, max: 30 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    sort: fc.constantFrom("gaussian", "graded", "very graded", "zeros", "signs", "clusters"),
    scale: fc.constantFrom(1e-230, 1e-30, 1, 1e30, 1e290),
  })
  .map(({ n, seed, sort, scale }) => {
    const stream = randomStream(seed, ["bidiagonal"]);
    const entry = (): number => {
      const x = stream.normal();
      if (sort === "graded") return scale * x * 10 ** (-12 * stream.uniform());
      if (sort === "very graded") return scale * x * 10 ** (-60 * stream.uniform());
      if (sort === "zeros") return stream.uniform() < 0.3 ? 0 : scale * x;
      if (sort === "signs") return scale * Math.sign(x);
      return scale * x;
    };
    const d = Float64Array.from({ length: n }, () => (sort === "clusters" ? scale : entry()));
    const e = Float64Array.from({ length: n }, () =>
      sort === "clusters" ? 1e-14 * scale * stream.normal() : entry(),
    );
    return { n, d, e };
  });

/** Largest difference of a' b from the identity. */
function orthogonalityError(rows: Float64Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < rows.length; i += n) {
    for (let j = 0; j <= i; j += n) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += rows[i + k]! * rows[j + k]!;
      worst = Math.max(worst, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return worst;
}

describe("singular values of bidiagonal matrices", () => {
  test("of ones and minus ones are 2 sin((2 k - 1) pi / (4 n + 2))", () => {
    for (const n of [1, 2, 3, 10, 57, 200]) {
      const values = bidiagonalSingularValues(new Float64Array(n).fill(1), new Float64Array(n).fill(-1));
      for (let k = 1; k <= n; k++) {
        const closed = 2 * Math.sin(((2 * k - 1) * Math.PI) / (4 * n + 2));
        expect(Math.abs(values[n - k]! / closed - 1)).toBeLessThan(c * Number.EPSILON * n);
      }
    }
  });

  test("keep their digits over 200 decades: their product is that of the diagonal", () => {
    const n = 21;
    const d = Float64Array.from({ length: n }, (_, i) => (i % 2 ? 3 : -2) * 10 ** (-10 * i));
    const e = Float64Array.from({ length: n }, (_, i) => 10 ** (-10 * i));
    for (const [diagonal, superdiagonal] of [[d, e] as const, [d.toReversed(), e.toReversed()] as const]) {
      const values = bidiagonalSingularValues(diagonal, superdiagonal);
      // Ratios first: the product itself underflows.
      const sorted = d.map(Math.abs);
      const ratio = values.reduce((product, value, i) => product * (value / sorted[i]!), 1);
      expect(Math.abs(ratio - 1)).toBeLessThan(c * Number.EPSILON * n);
    }
  });

  test("of a diagonal are its magnitudes, of nothing zero, and not finite is refused", () => {
    expect(Array.from(bidiagonalSingularValues(Float64Array.of(1, -3, 2), new Float64Array(3)))).toEqual([
      3, 2, 1,
    ]);
    expect(Array.from(bidiagonalSingularValues(new Float64Array(4), new Float64Array(4)))).toEqual([
      0, 0, 0, 0,
    ]);
    expect(() => bidiagonalSingularValues(Float64Array.of(1, Number.NaN), new Float64Array(1))).toThrow(
      ConvergenceError,
    );
    expect(() =>
      bidiagonalSingularValues(Float64Array.of(1, 1), Float64Array.of(Number.POSITIVE_INFINITY)),
    ).toThrow(ConvergenceError);
  });

  test("with vectors put the matrix together again, with the same values", () => {
    fc.assert(
      fc.property(bidiagonals, ({ n, d, e }) => {
        const { values, left, right } = bidiagonalSvd(d, e);
        expect(values).toEqual(bidiagonalSingularValues(d, e));
        expect(orthogonalityError(left, n)).toBeLessThanOrEqual(c * Number.EPSILON * n);
        expect(orthogonalityError(right, n)).toBeLessThanOrEqual(c * Number.EPSILON * n);
        const bound = c * Number.EPSILON * n * values[0]!;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < n; k++) sum += values[k]! * left[k * n + i]! * right[k * n + j]!;
            const entry = i === j ? d[i]! : j === i + 1 ? e[i]! : 0;
            expect(Math.abs(sum - entry)).toBeLessThanOrEqual(bound);
          }
        }
      }),
      { seed: 6, numRuns: 400 },
    );
  });

  test("have orthonormal vectors by inverse iteration, at either end, in clusters and at zero", () => {
    fc.assert(
      fc.property(bidiagonals, fc.boolean(), fc.integer({ min: 1, max: 30 }), ({ n, d, e }, isTop, most) => {
        const all = bidiagonalSingularValues(d, e);
        const count = Math.min(most, n);
        const values = isTop ? all.slice(0, count) : all.slice(n - count).reverse();
        const { left, right } = bidiagonalVectors(d, e, values, randomStream(1, ["inverse"]));
        expect(orthogonalityError(left, n)).toBeLessThanOrEqual(c * Number.EPSILON * n);
        expect(orthogonalityError(right, n)).toBeLessThanOrEqual(c * Number.EPSILON * n);
        const bound = 4 * c * Number.EPSILON * n * all[0]!;
        for (let i = 0; i < count; i++) {
          const u = left.subarray(i * n, (i + 1) * n);
          const v = right.subarray(i * n, (i + 1) * n);
          for (let j = 0; j < n; j++) {
            const image = d[j]! * v[j]! + (j < n - 1 ? e[j]! * v[j + 1]! : 0);
            const coimage = d[j]! * u[j]! + (j > 0 ? e[j - 1]! * u[j - 1]! : 0);
            expect(Math.abs(image - values[i]! * u[j]!)).toBeLessThanOrEqual(bound);
            expect(Math.abs(coimage - values[i]! * v[j]!)).toBeLessThanOrEqual(bound);
          }
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
