import { ConvergenceError } from "../errors.ts";
import {
  type Bases,
  type Rotations,
  sweepWithoutShift,
  sweepWithShift,
  turnBases,
} from "./bidiagonal-sweep.ts";

const eps = Number.EPSILON / 2;
/** Entries are set to 0 where that moves no singular value by more than this, relative to it. */
const tolerance = 10 * eps;
/** Rotations allowed for order n: this times n^2; LAPACK allows 6, and about 1 is used. */
const rotationsPerSquare = 12;

/**
 * All singular values of an upper bidiagonal matrix, each to high relative accuracy, by implicit QR that
 * takes a shift of zero where another would cost digits.
 *
 *     |relative error of s_i| <= c eps n, whatever s_1 / s_i
 *
 * @param diagonal - d, length n >= 1, of any sign.
 * @param superdiagonal - e, length >= n - 1.
 * @returns the singular values, descending, length n.
 * @throws {ConvergenceError} If it needs more than 12 n^2 rotations, or an entry is not finite.
 * @source Demmel & Kahan 1990, SIAM J. Sci. Stat. Comput. 11:873.
 */
export function bidiagonalSingularValues(diagonal: Float64Array, superdiagonal: Float64Array): Float64Array {
  const { d, unit } = diagonalized(diagonal, superdiagonal, null);
  return d
    .map((value) => Math.abs(value) * unit)
    .sort()
    .reverse();
}

/**
 * The singular values of an upper bidiagonal matrix and all its vectors.
 *
 *     B = sum_i values[i] left_i right_i'
 *
 * @param diagonal - d, length n >= 1, of any sign.
 * @param superdiagonal - e, length >= n - 1.
 * @returns the values descending, and `[n, n]` row-major: row i of `left` and of `right` is vector i.
 * @throws {ConvergenceError} As {@link bidiagonalSingularValues}.
 * @source Demmel & Kahan 1990, SIAM J. Sci. Stat. Comput. 11:873.
 */
export function bidiagonalSvd(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
): { values: Float64Array; left: Float64Array; right: Float64Array } {
  const n = diagonal.length;
  const bases: Bases = {
    left: new Float64Array(n * n),
    right: new Float64Array(n * n),
    order: Int32Array.from({ length: n }, (_, i) => i),
    swapped: new Uint8Array(n),
  };
  for (let i = 0; i < n * n; i += n + 1) bases.left[i] = bases.right[i] = 1;
  const { d, unit } = diagonalized(diagonal, superdiagonal, bases);
  const places = Array.from(d.keys()).sort((i, j) => Math.abs(d[j]!) - Math.abs(d[i]!) || i - j);
  const left = new Float64Array(n * n);
  const right = new Float64Array(n * n);
  for (const [to, i] of places.entries()) {
    const from = bases.order[i]! * n;
    left.set(bases.left.subarray(from, from + n), to * n);
    right.set(bases.right.subarray(from, from + n), to * n);
    if (d[i]! < 0) for (let j = 0; j < n; j++) right[to * n + j] = -right[to * n + j]!;
  }
  return { values: Float64Array.from(places, (i) => Math.abs(d[i]!) * unit), left, right };
}

/** Iterates until the superdiagonal is gone: the signed values are d times `unit`. */
function diagonalized(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  bases: Bases | null,
): { d: Float64Array; unit: number } {
  const n = diagonal.length;
  const { d, e, unit } = scaledToOne(diagonal, superdiagonal);
  const negligible = negligibleEntry(d, e);
  const rotations: Rotations = {
    rightCosines: new Float64Array(n),
    rightSines: new Float64Array(n),
    leftCosines: new Float64Array(n),
    leftSines: new Float64Array(n),
  };

  let budget = rotationsPerSquare * n * n + 100;
  let lastStart = -1;
  let lastEnd = -1;
  let end = n - 1;
  while (end > 0) {
    // The unreduced block start..end at the bottom.
    let start = end;
    let largestInBlock = Math.abs(d[end]!);
    if (largestInBlock <= negligible) d[end] = 0;
    while (start > 0) {
      const above = Math.abs(e[start - 1]!);
      if (above <= negligible) {
        e[start - 1] = 0;
        break;
      }
      start--;
      if (Math.abs(d[start]!) <= negligible) d[start] = 0;
      largestInBlock = Math.max(largestInBlock, above, Math.abs(d[start]!));
    }
    if (start === end) {
      end--;
      continue;
    }
    // The sweep runs down: the small end of a graded block belongs there.
    if (start > lastEnd || end < lastStart || lastEnd < 0) {
      if (Math.abs(d[start]!) < Math.abs(d[end]!)) transpose(d, e, start, end, bases);
    }
    lastStart = start;
    lastEnd = end;

    const smallest = splitNegligible(d, e, start, end);
    if (smallest < 0) continue;
    budget -= end - start;
    if (budget < 0) {
      throw new ConvergenceError(`singular values of order ${n} needed more than 12 n^2 rotations`);
    }
    let shift = 0;
    if (n * tolerance * (smallest / largestInBlock) > Math.max(eps, 0.01 * tolerance)) {
      shift = smallerOfTwo(d[end - 1]!, e[end - 1]!, d[end]!);
      if ((shift / Math.abs(d[start]!)) ** 2 < eps) shift = 0;
    }
    if (shift === 0) sweepWithoutShift(d, e, start, end, rotations);
    else sweepWithShift(d, e, start, end, shift, rotations);
    if (Math.abs(e[end - 1]!) <= negligible) e[end - 1] = 0;
    if (bases) turnBases(bases, start, end, rotations, n);
  }
  return { d, unit };
}

/** A copy divided by the power of two that brings its largest entry to between 1 and 2. */
export function scaledToOne(
  diagonal: Float64Array,
  superdiagonal: Float64Array,
): { d: Float64Array; e: Float64Array; unit: number } {
  const n = diagonal.length;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, Math.abs(diagonal[i]!), i < n - 1 ? Math.abs(superdiagonal[i]!) : 0);
  }
  if (!(largest < Number.POSITIVE_INFINITY)) {
    throw new ConvergenceError("a bidiagonal matrix has an entry that is not finite");
  }
  const unit = largest === 0 ? 1 : 2 ** Math.max(Math.floor(Math.log2(largest)), -1020);
  const d = diagonal.map((entry) => entry / unit);
  const e = superdiagonal.slice(0, n - 1).map((entry) => entry / unit);
  return { d, e, unit };
}

/** Entries this small move no singular value by more than the tolerance: Demmel & Kahan, section 4. */
function negligibleEntry(d: Float64Array, e: Float64Array): number {
  let mu = Math.abs(d[0]!);
  let smallest = mu;
  for (let i = 1; i < d.length && smallest > 0; i++) {
    mu = Math.abs(d[i]!) * (mu / (mu + Math.abs(e[i - 1]!)));
    smallest = Math.min(smallest, mu);
  }
  return Math.max((tolerance * smallest) / Math.sqrt(d.length), 1e-300);
}

/** Sets one negligible off-diagonal to 0 and returns -1, or returns a lower bound of the singular values. */
function splitNegligible(d: Float64Array, e: Float64Array, start: number, end: number): number {
  if (Math.abs(e[end - 1]!) <= tolerance * Math.abs(d[end]!)) {
    e[end - 1] = 0;
    return -1;
  }
  let mu = Math.abs(d[start]!);
  let smallest = mu;
  for (let i = start; i < end; i++) {
    const magnitude = Math.abs(e[i]!);
    if (magnitude <= tolerance * mu) {
      e[i] = 0;
      return -1;
    }
    mu = Math.abs(d[i + 1]!) * (mu / (mu + magnitude));
    if (mu < smallest) smallest = mu;
  }
  return smallest;
}

/** Turns a block upside down and transposes it: upper bidiagonal again, left and right exchanged. */
function transpose(d: Float64Array, e: Float64Array, start: number, end: number, bases: Bases | null): void {
  d.subarray(start, end + 1).reverse();
  e.subarray(start, end).reverse();
  if (!bases) return;
  bases.order.subarray(start, end + 1).reverse();
  for (let i = start; i <= end; i++) bases.swapped[i] = 1 - bases.swapped[i]!;
}

/** The smaller singular value of [f g; 0 h], to high relative accuracy (LAPACK's dlas2). */
function smallerOfTwo(f: number, g: number, h: number): number {
  const small = Math.min(Math.abs(f), Math.abs(h));
  const large = Math.max(Math.abs(f), Math.abs(h));
  const middle = Math.abs(g);
  if (small === 0) return 0;
  const plus = 1 + small / large;
  const minus = (large - small) / large;
  if (middle < large) {
    const square = (middle / large) ** 2;
    return small * (2 / (Math.sqrt(plus * plus + square) + Math.sqrt(minus * minus + square)));
  }
  const ratio = large / middle;
  if (ratio === 0) return (small * large) / middle;
  const root = Math.sqrt(1 + (plus * ratio) ** 2) + Math.sqrt(1 + (minus * ratio) ** 2);
  return 2 * ((small * ratio) / root);
}
