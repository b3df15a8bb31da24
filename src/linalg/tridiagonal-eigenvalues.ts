import { ConvergenceError } from "../errors.ts";

/** QL sweeps allowed for one eigenvalue; 2 is usual, more than 10 was never seen. */
const maxSweeps = 60;
/** (eps / 2)^2: what is below this, beside two diagonal entries, is nothing. */
const negligible = (Number.EPSILON / 2) ** 2;

/**
 * Replaces the diagonal `d` of a tridiagonal matrix of at least one row by its eigenvalues, in any order; `e` holds
 * squared off-diagonals and is overwritten. Squares up to `floor` count as zero. False when an eigenvalue did not
 * converge.
 */
export type TridiagonalSolver = (d: Float64Array, e: Float64Array, floor: number) => boolean;

/**
 * All eigenvalues of a real symmetric tridiagonal matrix, by the implicit QL iteration without
 * square roots (the Pal-Walker-Kahan form), values only.
 *
 * Overwrites both arguments. Error of each value: a small multiple of eps times the largest one.
 *
 * @param diagonal - d, length n.
 * @param offDiagonalSquared - e^2, length >= n - 1: squares of the off-diagonal entries.
 * @param solve - what does the sweeps: this file's, or the same as a kernel.
 * @returns the eigenvalues ascending, length n (the array `diagonal` itself).
 * @throws {ConvergenceError} If an eigenvalue needs more than 60 sweeps, or an entry is not finite.
 * @source Parlett 1998, The Symmetric Eigenvalue Problem, section 8.14-8.15 (PWK).
 */
export function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonalSquared: Float64Array,
  solve: TridiagonalSolver = solveTridiagonal,
): Float64Array {
  const d = diagonal;
  const e = offDiagonalSquared;
  const n = d.length;
  if (n === 0) return d;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(d[i]!) || (i < n - 1 && !(e[i]! < Number.POSITIVE_INFINITY))) {
      throw new ConvergenceError(`entry ${i} of a tridiagonal matrix is not finite`);
    }
    largest = Math.max(largest, Math.abs(d[i]!), i < n - 1 ? Math.sqrt(e[i]!) : 0);
  }
  // Products of a few entries must neither overflow nor vanish; a power of two keeps all digits.
  const isFar = largest > 1e40 || (largest > 0 && largest < 1e-20);
  const scale = isFar ? 2 ** Math.min(1000, -Math.floor(Math.log2(largest))) : 1;
  if (isFar) {
    for (let i = 0; i < n; i++) d[i] = d[i]! * scale;
    for (let i = 0; i < n - 1; i++) e[i] = e[i]! * scale * scale;
    largest *= scale;
  }
  // An off-diagonal this small moves no eigenvalue by more than eps^2 times the norm.
  if (!solve(d, e, (negligible * largest) ** 2)) {
    throw new ConvergenceError(
      `an eigenvalue of a tridiagonal matrix of order ${n} needed more than ${maxSweeps} QL sweeps`,
    );
  }
  if (isFar) for (let i = 0; i < n; i++) d[i] = d[i]! / scale;
  return d.sort();
}

/** Block by block, where off-diagonals are negligible. */
function solveTridiagonal(d: Float64Array, e: Float64Array, floor: number): boolean {
  const last = d.length - 1;
  for (let start = 0; start <= last; ) {
    const end = blockEnd(d, e, start, last, floor);
    if (end > start && !solveBlock(d, e, start, end, floor)) return false;
    start = end + 1;
  }
  return true;
}

/** The first row from `from` on whose off-diagonal is negligible, which becomes 0; or the last. */
function blockEnd(d: Float64Array, e: Float64Array, from: number, last: number, floor: number): number {
  let end = from;
  while (end < last && e[end]! > negligible * Math.abs(d[end]! * d[end + 1]!) + floor) end++;
  if (end < last) e[end] = 0;
  return end;
}

/** Reverses d[start..end] and its off-diagonals, so that QL meets the small end first. */
function reverse(d: Float64Array, e: Float64Array, start: number, end: number): void {
  d.subarray(start, end + 1).reverse();
  e.subarray(start, end).reverse();
}

/** Eigenvalues of one unreduced block, in place. */
function solveBlock(d: Float64Array, e: Float64Array, start: number, end: number, floor: number): boolean {
  if (Math.abs(d[end]!) < Math.abs(d[start]!)) reverse(d, e, start, end);
  let l = start;
  let m = -1; // the first row from l on whose off-diagonal is negligible, or the last
  let sweeps = 0;
  while (l <= end) {
    if (m < l) m = blockEnd(d, e, l, end, floor);
    else if (m < end) e[m] = 0;
    if (m === l) {
      l++;
      sweeps = 0;
      continue;
    }
    if (m === l + 1) {
      const half = (d[l]! - d[m]!) / 2;
      const middle = (d[l]! + d[m]!) / 2;
      const root = Math.sqrt(half * half + e[l]!);
      const far = middle + (middle < 0 ? -root : root);
      // The near root from the product, so that it keeps its digits when the two differ much.
      const near = far === 0 ? 0 : (d[l]! / far) * d[m]! - e[l]! / far;
      d[l] = near;
      d[m] = far;
      e[l] = 0;
      l += 2;
      sweeps = 0;
      continue;
    }
    if (++sweeps > maxSweeps) return false;
    const root = Math.sqrt(e[l]!);
    const ratio = (d[l + 1]! - d[l]!) / (2 * root);
    // Of larger ratios the 1 is lost, and their squares could overflow.
    const hypotenuse = Math.abs(ratio) < 1e150 ? Math.sqrt(ratio * ratio + 1) : Math.abs(ratio);
    m = sweep(d, e, l, m, d[l]! - root / (ratio + (ratio < 0 ? -hypotenuse : hypotenuse)), floor);
  }
  return true;
}

/** Between these a sweep's u and w are left alone: far from where products of three underflow or overflow. */
const leastNorm = 2 ** -320;
const mostNorm = 2 ** 320;
const step = 2 ** 160;

/**
 * One sweep from row m up to row l; returns the row where the block now ends.
 *
 * The usual form, gamma' = c (alpha - shift) - s gamma and p = gamma'^2 / c, is a chain of divisions, each waiting for
 * the one before. Written as fractions, with the rows below counted from m,
 *
 *     gamma_i = u_i u_(i+1) / w_(i+1),   p_i = u_i^2 / w_(i+1)
 *     u_(i-1) = (alpha - shift) u_i - e^2 u_(i+1),   w_i = u_i^2 + e^2 w_(i+1)
 *
 * the chain has sums and products only: u are the minors of the shifted matrix, which is what Sturm sequences are made
 * of, and w are sums of what is positive. Only ratios matter, so all are scaled by powers of two when they leave the
 * range. Errors are those of the usual form, within a third.
 */
function sweep(d: Float64Array, e: Float64Array, l: number, m: number, shift: number, floor: number): number {
  let end = m;
  let gamma = d[m]! - shift;
  let below = 1; // u of the row before
  let u = gamma;
  let w = 1;
  let inverse = 1; // 1 / w
  let sine = 0; // squared
  let above = 0; // the diagonal entry last set
  for (let i = m - 1; i >= l; i--) {
    const square = e[i]!;
    const alpha = d[i]!;
    const turned = square * w;
    const norm = u * u + turned;
    const off = sine * (norm * inverse);
    const next = (alpha - shift) * u - square * below;
    inverse = 1 / norm;
    sine = turned * inverse;
    const oldGamma = gamma;
    gamma = u * inverse * next;
    const diagonal = oldGamma + (alpha - gamma);
    d[i + 1] = diagonal;
    if (i !== m - 1) {
      e[i + 1] = off;
      if (off <= negligible * Math.abs(diagonal * above) + floor) end = i + 1;
    }
    above = diagonal;
    below = u;
    u = next;
    w = norm;
    if (norm < leastNorm || norm > mostNorm) {
      const factor = norm < leastNorm ? step : 1 / step;
      below *= factor;
      u *= factor;
      w *= factor * factor;
      inverse /= factor * factor;
    }
  }
  e[l] = sine * (u * u * inverse);
  d[l] = shift + gamma;
  return e[l]! <= negligible * Math.abs(d[l]! * above) + floor ? l : end;
}
