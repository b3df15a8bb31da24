import { scaledToOne } from "./bidiagonal-singular-values.ts";
import { orthonormalize } from "./orthonormalize.ts";
import type { RandomStream } from "./random.ts";

const eps = Number.EPSILON / 2;
/** Inverse iterations for one vector; 2 are usual, a third where values repeat. */
const mostInverseIterations = 8;
/** Squared ratio of the halves of a solution under which the smaller one has lost its digits. */
const halfSeen = 1e-16;
/** Solutions grow by 1 / eps at each near-zero pivot, and are scaled down at this. */
const largestSolution = 1e120;

/**
 * Singular vectors of an upper bidiagonal matrix for some of its singular values, by inverse iteration.
 *
 *     B right_i = values[i] left_i,  B' left_i = values[i] right_i
 *
 * Residuals of a few eps s_1; orthonormal, also among repeated and zero values.
 *
 * @param diagonal - d, length n >= 1. @param superdiagonal - e, length >= n - 1.
 * @param values - singular values of it, as computed; ascending or descending.
 * @param stream - of the starting vectors.
 * @returns `[values.length, n]` row-major: row i of `left` and of `right` belongs to values[i].
 * @source Golub & Van Loan 2013, Matrix Computations, sections 7.6.1 and 8.4.2; Golub & Kahan 1965.
 */
export function bidiagonalVectors(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  values: Float64Array,
  stream: RandomStream,
): { left: Float64Array; right: Float64Array } {
  const n = diagonal.length;
  const left = new Float64Array(values.length * n);
  const right = new Float64Array(values.length * n);
  const { d, e, unit } = scaledToOne(diagonal, superdiagonal);
  const solver = golubKahanSolver(d, e);
  const x = new Float64Array(2 * n);
  const side = values.at(-1)! > values[0]! ? -1 : 1;
  for (let i = 0; i < values.length; i++) {
    const s = values[i]! / unit;
    const u = left.subarray(i * n, (i + 1) * n);
    const v = right.subarray(i * n, (i + 1) * n);
    for (let j = 0; j < x.length; j++) x[j] = stream.normal();
    for (let iteration = 0; iteration < mostInverseIterations; iteration++) {
      // A little off, to the side of those found before, so that a whole cluster grows alike; and each time
      // elsewhere, since exactly at one of them its vector would drown the others.
      solver.factor(s + side * 8 * eps * (1 + 0.3 * iteration));
      solver.solve(x);
      let square = 0;
      let otherSquare = 0;
      for (let j = 0; j < n; j++) {
        square += x[2 * j]! * x[2 * j]!;
        otherSquare += x[2 * j + 1]! * x[2 * j + 1]!;
      }
      // The halves are made orthonormal each for itself, since near 0 they have nothing to do with each
      // other; one that is mere rounding beside the other stays as it was.
      const isRightSeen = square > halfSeen * otherSquare;
      const isLeftSeen = otherSquare > halfSeen * square;
      for (let j = 0; j < n; j++) {
        if (isRightSeen) v[j] = x[2 * j]!;
        if (isLeftSeen) u[j] = x[2 * j + 1]!;
      }
      orthonormalize(right, i, n, stream);
      orthonormalize(left, i, n, stream);
      let residual = 0;
      for (let j = 0; j < n; j++) {
        const after = j < n - 1 ? e[j]! * v[j + 1]! : 0;
        const before = j > 0 ? e[j - 1]! * u[j - 1]! : 0;
        const image = d[j]! * v[j]! + after - s * u[j]!;
        const coimage = d[j]! * u[j]! + before - s * v[j]!;
        residual = Math.max(residual, Math.abs(image), Math.abs(coimage));
        x[2 * j] = v[j]!;
        x[2 * j + 1] = u[j]!;
      }
      if (iteration > 0 && residual <= 4 * eps) break;
    }
  }
  return { left, right };
}

/**
 * Solves (T - s I) x = b, T the symmetric tridiagonal matrix of zero diagonal and off-diagonals
 * d_0, e_0, d_1, e_1, ... of at most 2, whose eigenvectors are v and u interleaved: LU with row exchanges.
 */
function golubKahanSolver(
  d: Float64Array,
  e: Float64Array,
): { factor(s: number): void; solve(x: Float64Array): void } {
  const order = 2 * d.length;
  const lower = new Float64Array(order);
  const diagonal = new Float64Array(order);
  const upper = new Float64Array(order);
  const second = new Float64Array(order);
  const isExchanged = new Uint8Array(order);
  const off = (i: number): number => (i % 2 === 0 ? d[i >> 1]! : e[i >> 1]!);
  return {
    factor(s) {
      diagonal.fill(-s);
      second.fill(0);
      isExchanged.fill(0);
      for (let i = 0; i < order - 1; i++) lower[i] = upper[i] = off(i);
      for (let i = 0; i < order - 1; i++) {
        const below = lower[i]!;
        if (Math.abs(diagonal[i]!) >= Math.abs(below)) {
          if (Math.abs(diagonal[i]!) < eps) diagonal[i] = eps;
          lower[i] = below / diagonal[i]!;
          diagonal[i + 1] = diagonal[i + 1]! - lower[i]! * upper[i]!;
          continue;
        }
        isExchanged[i] = 1;
        const factor = diagonal[i]! / below;
        const next = diagonal[i + 1]!;
        diagonal[i] = below;
        lower[i] = factor;
        diagonal[i + 1] = upper[i]! - factor * next;
        upper[i] = next;
        if (i < order - 2) {
          second[i] = upper[i + 1]!;
          upper[i + 1] = -factor * upper[i + 1]!;
        }
      }
      for (let i = 0; i < order; i++) {
        if (Math.abs(diagonal[i]!) < eps) diagonal[i] = eps;
      }
    },
    solve(x) {
      for (let i = 0; i < order - 1; i++) {
        const top = isExchanged[i] === 1 ? x[i + 1]! : x[i]!;
        const other = isExchanged[i] === 1 ? x[i]! : x[i + 1]!;
        x[i] = top;
        x[i + 1] = other - lower[i]! * top;
      }
      for (let i = order - 1; i >= 0; i--) {
        const one = i < order - 1 ? upper[i]! * x[i + 1]! : 0;
        const two = i < order - 2 ? second[i]! * x[i + 2]! : 0;
        x[i] = (x[i]! - one - two) / diagonal[i]!;
        // Near-singular pivots in a row must not overflow; only the direction matters.
        if (Math.abs(x[i]!) > largestSolution) for (let j = 0; j < order; j++) x[j] = x[j]! / largestSolution;
      }
    },
  };
}
