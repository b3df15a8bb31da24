import { tridiagonalEigenvalues } from "./tridiagonal-eigenvalues.ts";

/**
 * Reduces a real symmetric matrix to tridiagonal form by Householder reflections.
 *
 *     Q' A Q = T
 *
 * Works in the lower triangle; each step applies the last reflection and multiplies the next vector
 * in one pass over the remaining triangle, which halves the memory traffic of doing them in turn.
 *
 * @param a - `[n, n]` row-major; only the lower triangle is read; overwritten.
 * @returns diagonal (length n) and squared off-diagonal (length n) of T; the last square is 0.
 * @source Golub & Van Loan 2013, Matrix Computations, section 8.3.1.
 */
export function tridiagonalize(
  a: Float64Array,
  n: number,
): { diagonal: Float64Array; squares: Float64Array } {
  const diagonal = new Float64Array(n);
  const squares = new Float64Array(n);
  let v = new Float64Array(n); // pending update: A <- A - v w' - w v'
  let w = new Float64Array(n);
  let u = new Float64Array(n);
  let p = new Float64Array(n);

  let norm1 = 0;
  for (let i = 0; i < n; i++) norm1 = Math.max(norm1, Math.abs(a[i * n + i]!), Math.abs(a[i * n]!));
  // Far below any rounding error, far above what would underflow. NaN and infinity are left for QL to refuse.
  const negligible = Number.isFinite(norm1) ? norm1 * 2 ** -200 : 0;

  for (let k = 0; k < n; k++) {
    // Column k, with the pending update applied.
    const vk = v[k]!;
    const wk = w[k]!;
    diagonal[k] = a[k * n + k]! - 2 * vk * wk;
    let scale = 0;
    for (let i = k + 1; i < n; i++) {
      const entry = a[i * n + k]! - v[i]! * wk - w[i]! * vk;
      u[i] = entry;
      const magnitude = entry < 0 ? -entry : entry;
      if (magnitude > scale) scale = magnitude;
    }
    if (k === n - 1) break;
    let tau = 0;
    if (scale > negligible) {
      let sum = 0;
      for (let i = k + 2; i < n; i++) sum += (u[i]! / scale) ** 2;
      const head = u[k + 1]! / scale;
      const norm = Math.sqrt(head * head + sum);
      squares[k] = (scale * norm) ** 2;
      if (sum > 0) {
        const beta = head > 0 ? -norm : norm;
        tau = (beta - head) / beta;
        const inverse = 1 / (scale * (head - beta));
        for (let i = k + 2; i < n; i++) u[i] = u[i]! * inverse;
        u[k + 1] = 1;
      }
    }
    if (tau === 0) u.fill(0, k + 1);
    p.fill(0, k + 1);
    updateAndMultiply(a, n, k + 1, v, w, u, p);
    let dot = 0;
    for (let i = k + 1; i < n; i++) dot += p[i]! * u[i]!;
    const correction = 0.5 * tau * tau * dot;
    for (let i = k + 1; i < n; i++) p[i] = tau * p[i]! - correction * u[i]!;
    [v, u] = [u, v];
    [w, p] = [p, w];
  }
  return { diagonal, squares };
}

/** Sums run over stretches of this many: alike rounding errors then don't add up along a whole row. */
const stretch = 64;

/** A <- A - v w' - w v' and p <- A u on the lower triangle from `first`, in one pass, two rows at a time. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  first: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  p: Float64Array,
): void {
  let i = first;
  for (; i + 1 < n; i += 2) {
    const row0 = i * n;
    const row1 = row0 + n;
    const v0 = v[i]!;
    const w0 = w[i]!;
    const u0 = u[i]!;
    const v1 = v[i + 1]!;
    const w1 = w[i + 1]!;
    const u1 = u[i + 1]!;
    let sum0 = 0;
    let sum1 = 0;
    for (let from = first; from < i; from += stretch) {
      const to = Math.min(i, from + stretch);
      let part0 = 0;
      let part1 = 0;
      for (let j = from; j < to; j++) {
        const vj = v[j]!;
        const wj = w[j]!;
        const uj = u[j]!;
        const x0 = a[row0 + j]! - v0 * wj - w0 * vj;
        const x1 = a[row1 + j]! - v1 * wj - w1 * vj;
        a[row0 + j] = x0;
        a[row1 + j] = x1;
        part0 += x0 * uj;
        part1 += x1 * uj;
        p[j] = p[j]! + x0 * u0 + x1 * u1;
      }
      sum0 += part0;
      sum1 += part1;
    }
    const d0 = a[row0 + i]! - 2 * v0 * w0;
    const cross = a[row1 + i]! - v1 * w0 - w1 * v0;
    const d1 = a[row1 + i + 1]! - 2 * v1 * w1;
    a[row0 + i] = d0;
    a[row1 + i] = cross;
    a[row1 + i + 1] = d1;
    p[i] = p[i]! + sum0 + d0 * u0 + cross * u1;
    p[i + 1] = p[i + 1]! + sum1 + cross * u0 + d1 * u1;
  }
  if (i < n) {
    const row = i * n;
    const vi = v[i]!;
    const wi = w[i]!;
    const ui = u[i]!;
    let sum = 0;
    for (let j = first; j < i; j++) {
      const x = a[row + j]! - vi * w[j]! - wi * v[j]!;
      a[row + j] = x;
      sum += x * u[j]!;
      p[j] = p[j]! + x * ui;
    }
    const d = a[row + i]! - 2 * vi * wi;
    a[row + i] = d;
    p[i] = p[i]! + sum + d * ui;
  }
}

/**
 * All eigenvalues of a real symmetric matrix.
 *
 * @param a - `[n, n]` row-major, finite; only the lower triangle is read; overwritten.
 * @param n - its order, >= 0.
 * @returns the eigenvalues ascending, length n; error a small multiple of eps * the largest.
 * @throws {ConvergenceError} If an entry is not finite.
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  const { diagonal, squares } = tridiagonalize(a, n);
  return tridiagonalEigenvalues(diagonal, squares);
}
