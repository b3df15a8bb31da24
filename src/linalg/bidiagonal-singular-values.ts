import { ConvergenceError } from "../errors.ts";

const eps = Number.EPSILON / 2;
/** Entries are set to 0 where that moves no singular value by more than this, relative to it. */
const tolerance = 10 * eps;
/** Rotations allowed for order n: this times n^2; LAPACK allows 6, and about 1 is used. */
const rotationsPerSquare = 12;

/** Solutions grow by 1 / eps at each near-zero pivot, and are scaled down at this. */

/** Vectors carried along: row `order[i]` of one basis and of the other belong to entry i of the diagonal. */
interface Bases {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly order: Int32Array;
  /** 1 where the block was transposed, so that left and right have changed places. */
  readonly swapped: Uint8Array;
}

/** Cosines and sines of one sweep. */
interface Rotations {
  readonly rightCosines: Float64Array;
  readonly rightSines: Float64Array;
  readonly leftCosines: Float64Array;
  readonly leftSines: Float64Array;
}

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

/** sqrt(f^2 + g^2), for entries of at most a few units. */
function length(f: number, g: number): number {
  const sum = f * f + g * g;
  if (sum > 1e-280) return Math.sqrt(sum);
  const large = Math.max(Math.abs(f), Math.abs(g));
  return large === 0 ? 0 : large * Math.sqrt((f / large) ** 2 + (g / large) ** 2);
}

/** One implicit QR sweep with shift 0: no subtraction, so that every entry keeps its digits. */
function sweepWithoutShift(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  { rightCosines, rightSines, leftCosines, leftSines }: Rotations,
): void {
  let cosine = 1;
  let oldCosine = 1;
  let oldSine = 0;
  for (let i = start; i < end; i++) {
    const f = d[i]! * cosine;
    const r = length(f, e[i]!);
    cosine = r === 0 ? 1 : f / r;
    const sine = r === 0 ? 0 : e[i]! / r;
    if (i > start) e[i - 1] = oldSine * r;
    const oldF = oldCosine * r;
    const oldG = d[i + 1]! * sine;
    const oldR = length(oldF, oldG);
    oldCosine = oldR === 0 ? 1 : oldF / oldR;
    oldSine = oldR === 0 ? 0 : oldG / oldR;
    d[i] = oldR;
    rightCosines[i] = cosine;
    rightSines[i] = sine;
    leftCosines[i] = oldCosine;
    leftSines[i] = oldSine;
  }
  const last = d[end]! * cosine;
  d[end] = last * oldCosine;
  e[end - 1] = last * oldSine;
}

/** One implicit QR sweep on B'B - shift^2 I, by the chase of a bulge. */
function sweepWithShift(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  shift: number,
  { rightCosines, rightSines, leftCosines, leftSines }: Rotations,
): void {
  const first = d[start]!;
  let f = (Math.abs(first) - shift) * (Math.sign(first) + shift / first);
  let g = e[start]!;
  for (let i = start; i < end; i++) {
    const r = length(f, g);
    const rightCosine = r === 0 ? 1 : f / r;
    const rightSine = r === 0 ? 0 : g / r;
    if (i > start) e[i - 1] = r;
    f = rightCosine * d[i]! + rightSine * e[i]!;
    const above = rightCosine * e[i]! - rightSine * d[i]!;
    g = rightSine * d[i + 1]!;
    const below = rightCosine * d[i + 1]!;
    const leftR = length(f, g);
    const leftCosine = leftR === 0 ? 1 : f / leftR;
    const leftSine = leftR === 0 ? 0 : g / leftR;
    d[i] = leftR;
    f = leftCosine * above + leftSine * below;
    d[i + 1] = leftCosine * below - leftSine * above;
    if (i < end - 1) {
      g = leftSine * e[i + 1]!;
      e[i + 1] = leftCosine * e[i + 1]!;
    }
    rightCosines[i] = rightCosine;
    rightSines[i] = rightSine;
    leftCosines[i] = leftCosine;
    leftSines[i] = leftSine;
  }
  e[end - 1] = f;
}

/** Applies the rotations of a sweep to the vectors. */
function turnBases(bases: Bases, start: number, end: number, rotations: Rotations, n: number): void {
  const isSwapped = bases.swapped[start] === 1;
  const { rightCosines, rightSines, leftCosines, leftSines } = rotations;
  turnRows(isSwapped ? bases.right : bases.left, bases.order, start, end, leftCosines, leftSines, n);
  turnRows(isSwapped ? bases.left : bases.right, bases.order, start, end, rightCosines, rightSines, n);
}

/** Rows of a basis, turned in pairs down the block. */
function turnRows(
  basis: Float64Array,
  order: Int32Array,
  start: number,
  end: number,
  cosines: Float64Array,
  sines: Float64Array,
  n: number,
): void {
  for (let i = start; i < end; i++) {
    const cosine = cosines[i]!;
    const sine = sines[i]!;
    let p = order[i]! * n;
    let q = order[i + 1]! * n;
    for (const stop = p + n; p < stop; p++, q++) {
      const x = basis[p]!;
      const y = basis[q]!;
      basis[p] = cosine * x + sine * y;
      basis[q] = cosine * y - sine * x;
    }
  }
}
