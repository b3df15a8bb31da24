import { ConvergenceError } from "../errors.ts";

/** QL sweeps allowed for one eigenvalue; 2 is usual, more than 10 was never seen. */
const maxSweeps = 60;
/** Below this a product of squares has lost digits to underflow, and the longer way round is taken. */
const leastProduct = 1e-140;
/**
 * All eigenvalues of a real symmetric tridiagonal matrix, by the implicit QL iteration without
 * square roots (the Pal-Walker-Kahan form), values only.
 *
 * Overwrites both arguments. Error of each value: a small multiple of eps times the largest one.
 *
 * @param diagonal - d, length n.
 * @param offDiagonalSquared - e^2, length >= n - 1: squares of the off-diagonal entries.
 * @returns the eigenvalues ascending, length n (the array `diagonal` itself).
 * @throws {ConvergenceError} If an eigenvalue needs more than 60 sweeps, or an entry is not finite.
 * @source Parlett 1998, The Symmetric Eigenvalue Problem, section 8.14-8.15 (PWK).
 */
export function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonalSquared: Float64Array,
): Float64Array {
  const d = diagonal;
  const e = offDiagonalSquared;
  const n = d.length;
  const eps = Number.EPSILON / 2;
  const negligible = eps * eps;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(d[i]!) || (i < n - 1 && !(e[i]! < Number.POSITIVE_INFINITY))) {
      throw new ConvergenceError(`entry ${i} of a tridiagonal matrix is not finite`);
    }
    largest = Math.max(largest, Math.abs(d[i]!), i < n - 1 ? Math.sqrt(e[i]!) : 0);
  }
  // Products of up to six entries must neither overflow nor vanish; a power of two keeps all digits.
  const isFar = largest > 1e40 || (largest > 0 && largest < 1e-20);
  const scale = isFar ? 2 ** Math.min(1000, -Math.floor(Math.log2(largest))) : 1;
  if (isFar) {
    for (let i = 0; i < n; i++) d[i] = d[i]! * scale;
    for (let i = 0; i < n - 1; i++) e[i] = e[i]! * scale * scale;
    largest *= scale;
  }
  // An off-diagonal this small moves no eigenvalue by more than eps^2 times the norm.
  const floor = (negligible * largest) ** 2;

  let start = 0;
  while (start < n) {
    let end = start; // the unreduced block is start..end
    while (end < n - 1 && e[end]! > negligible * Math.abs(d[end]! * d[end + 1]!) + floor) end++;
    if (end < n - 1) e[end] = 0;
    if (end > start) solveBlock(d, e, start, end, negligible, floor);
    start = end + 1;
  }
  if (isFar) for (let i = 0; i < n; i++) d[i] = d[i]! / scale;
  return d.sort();
}

/** Reverses d[start..end] and its off-diagonals, so that QL meets the small end first. */
function reverse(d: Float64Array, e: Float64Array, start: number, end: number): void {
  d.subarray(start, end + 1).reverse();
  e.subarray(start, end).reverse();
}

/**
 * Eigenvalues of one unreduced block, in place.
 *
 * A sweep is a chain of divisions, each waiting for the one before. With r = p + e^2 and
 * N = p (alpha - shift) - e^2 gamma, the usual gamma' = c (alpha - shift) - s gamma and p' = gamma'^2 / c are N / r
 * and N^2 / (r p): one division in the chain in place of two. Both must come of the same N: with gamma' by another way
 * of equal accuracy the errors are thirty times as large. As it is they are those of the usual form, within a fifth.
 */
function solveBlock(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  negligible: number,
  floor: number,
): void {
  if (Math.abs(d[end]!) < Math.abs(d[start]!)) reverse(d, e, start, end);
  let l = start;
  let m = -1; // the first row from l on whose off-diagonal is negligible, or the last
  let sweeps = 0;
  while (l <= end) {
    if (m < l) {
      m = l;
      while (m < end && e[m]! > negligible * Math.abs(d[m]! * d[m + 1]!) + floor) m++;
    }
    if (m < end) e[m] = 0;
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
    if (++sweeps > maxSweeps) {
      throw new ConvergenceError(
        `an eigenvalue needed more than ${maxSweeps} QL sweeps (block of ${end - start + 1})`,
      );
    }
    const root = Math.sqrt(e[l]!);
    const ratio = (d[l + 1]! - d[l]!) / (2 * root);
    const shift = d[l]! - root / (ratio + Math.sign(ratio || 1) * Math.hypot(ratio, 1));
    let split = m;
    let sine = 0;
    let cosineTop = 1; // the cosine before, as a fraction
    let cosineBottom = 1;
    let gamma = d[m]! - shift;
    let p = gamma * gamma;
    let above = 0; // the diagonal entry last set
    for (let i = m - 1; i >= l; i--) {
      const square = e[i]!;
      const alpha = d[i]!;
      const r = p + square;
      const off = sine * r;
      const distance = alpha - shift;
      const numerator = p * distance - square * gamma;
      const scaled = r * p;
      sine = square / r;
      const oldGamma = gamma;
      gamma = numerator / r;
      const oldP = p;
      if (scaled > leastProduct) p = (numerator * numerator) / scaled;
      else p = p !== 0 ? gamma * gamma * (r / p) : (cosineTop / cosineBottom) * square;
      cosineTop = oldP;
      cosineBottom = r;
      const diagonal = oldGamma + (alpha - gamma);
      d[i + 1] = diagonal;
      if (i !== m - 1) {
        e[i + 1] = off;
        if (off <= negligible * Math.abs(diagonal * above) + floor) split = i + 1;
      }
      above = diagonal;
    }
    e[l] = sine * p;
    d[l] = shift + gamma;
    if (e[l]! <= negligible * Math.abs(d[l]! * above) + floor) split = l;
    m = split;
  }
}
