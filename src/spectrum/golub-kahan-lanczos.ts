import { bidiagonalSvd } from "../linalg/bidiagonal-singular-values.ts";
import { bidiagonalize, multiplyByP, multiplyByQ } from "../linalg/bidiagonalize.ts";
import { orthonormalize } from "../linalg/orthonormalize.ts";
import type { RandomStream } from "../linalg/random.ts";

const eps = Number.EPSILON / 2;
/** Lanczos stops at a residual of this times eps sqrt(N) s_1, twice what products with W lose. */
const stopAt = 4;

/** The matrix as the algorithms take it: at least as many rows as columns, entries near 1. */
export interface TallMatrix {
  /** `[longer, shorter]` row-major. */
  readonly entries: Float64Array;
  readonly longer: number;
  readonly shorter: number;
  readonly isWide: boolean;
  readonly unit: number;
}

/** Vectors of one side or the other, one a row. */
export interface VectorPairs {
  readonly values: Float64Array;
  /** `[count, longer]` and `[count, shorter]`. */
  readonly long: Float64Array;
  readonly short: Float64Array;
}

/**
 * The largest values by block Golub-Kahan-Lanczos; null if that would take longer than the other way.
 *
 * @param tolerance - residual that is small enough, over s_1; by default, and at least, what rounding leaves.
 */
export function lanczosTop(
  tall: TallMatrix,
  count: number,
  stream: RandomStream,
  tolerance = 0,
): VectorPairs | null {
  const { longer, shorter } = tall;
  const block = Math.min(shorter, count + 2);
  const most = Math.min(shorter, Math.max(8 * block, 64));
  // short V, long P, core B: orthonormal rows with W V = P B.
  const short = new Float64Array(most * shorter);
  const long = new Float64Array(most * longer);
  const core = new Float64Array(most * most);
  const images = new Float64Array(block * shorter);
  let size = 0;
  let fresh = block;
  for (let i = 0; i < block; i++) {
    for (let j = 0; j < shorter; j++) short[i * shorter + j] = stream.normal();
    orthonormalize(short, i, shorter, stream);
  }
  for (let budget = 4 * longer * shorter * shorter; budget > 0; ) {
    multiplyRows(tall, short, size, fresh, long, size);
    for (let j = size; j < size + fresh; j++) {
      const coefficients = orthonormalize(long, j, longer, stream);
      for (let i = 0; i <= j; i++) core[i * most + j] = coefficients[i]!;
    }
    size += fresh;
    budget -= size * (4 * block * shorter + 8 * fresh * (longer + shorter)) + 8 * longer * shorter * block;
    const { values, left, right } = squareSvd(core, most, size);
    const isFull = size + block > most;
    const wanted = isFull ? Math.min(size, most >> 1) : block;
    const ritzLong = combine(left, wanted, size, long, longer);
    const ritzShort = combine(right, wanted, size, short, shorter);
    multiplyTransposedRows(tall, ritzLong, block, images);
    const enough = Math.max(tolerance, stopAt * eps * Math.sqrt(longer)) * values[0]!;
    let converged = 0;
    const residuals = new Float64Array(block);
    for (let i = 0; i < block; i++) {
      const row = rowOf(images, i, shorter);
      for (let j = 0; j < shorter; j++) row[j] = row[j]! - values[i]! * ritzShort[i * shorter + j]!;
      residuals[i] = distance(row, 0, row);
      if (i === converged && residuals[i]! <= enough) converged++;
    }
    if (converged >= count || size === shorter) return { values, long: ritzLong, short: ritzShort };
    if (isFull) {
      short.set(ritzShort);
      long.set(ritzLong);
      core.fill(0);
      for (let i = 0; i < wanted; i++) core[i * most + i] = values[i]!;
      size = wanted;
    }
    fresh = 0;
    for (let i = 0; i < block && size + fresh < most; i++) {
      if (residuals[i]! <= enough) continue;
      short.set(rowOf(images, i, shorter), (size + fresh) * shorter);
      orthonormalize(short, size + fresh, shorter, stream);
      fresh++;
    }
  }
  return null;
}

/** Singular values and vectors of the leading square of `core`; vector i is row i. */
function squareSvd(
  core: Float64Array,
  stride: number,
  n: number,
): { values: Float64Array; left: Float64Array; right: Float64Array } {
  const square = new Float64Array(n * n);
  for (let i = 0; i < n; i++) square.set(core.subarray(i * stride, i * stride + n), i * n);
  const form = bidiagonalize(square, n, n);
  const svd = bidiagonalSvd(form.diagonal, form.superdiagonal);
  multiplyByQ(form, n, svd.left);
  multiplyByP(form, svd.right);
  return svd;
}

/** Row i of vectors of one length, without a copy. */
export function rowOf(vectors: Float64Array, i: number, length: number): Float64Array {
  return vectors.subarray(i * length, (i + 1) * length);
}

/** The first `wanted` combinations of the rows of a basis; `[wanted, length]`. */
function combine(
  coefficients: Float64Array,
  wanted: number,
  size: number,
  basis: Float64Array,
  length: number,
): Float64Array {
  const result = new Float64Array(wanted * length);
  for (let i = 0; i < wanted; i++) {
    const to = i * length;
    for (let l = 0; l < size; l++) {
      const c = coefficients[i * size + l]!;
      for (let j = 0, p = l * length; j < length; j++, p++) result[to + j] = result[to + j]! + c * basis[p]!;
    }
  }
  return result;
}

/** to_j <- A from_j for vectors as rows; four rows of A at a time. */
export function multiplyRows(
  { entries, longer, shorter }: TallMatrix,
  from: Float64Array,
  first: number,
  count: number,
  to: Float64Array,
  toFirst: number,
): void {
  for (let i = 0; i < longer; i += 4) {
    const row0 = i * shorter;
    const row1 = i + 1 < longer ? row0 + shorter : row0;
    const row2 = i + 2 < longer ? row0 + 2 * shorter : row0;
    const row3 = i + 3 < longer ? row0 + 3 * shorter : row0;
    for (let vector = 0; vector < count; vector++) {
      const x = (first + vector) * shorter;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let j = 0; j < shorter; j++) {
        const xj = from[x + j]!;
        sum0 += entries[row0 + j]! * xj;
        sum1 += entries[row1 + j]! * xj;
        sum2 += entries[row2 + j]! * xj;
        sum3 += entries[row3 + j]! * xj;
      }
      const y = (toFirst + vector) * longer + i;
      to[y] = sum0;
      if (i + 1 < longer) to[y + 1] = sum1;
      if (i + 2 < longer) to[y + 2] = sum2;
      if (i + 3 < longer) to[y + 3] = sum3;
    }
  }
}

/** to_j <- A' from_j for vectors as rows; four rows of A at a time. */
export function multiplyTransposedRows(
  { entries, longer, shorter }: TallMatrix,
  from: Float64Array,
  count: number,
  to: Float64Array,
): void {
  to.fill(0, 0, count * shorter);
  for (let i = 0; i < longer; i += 4) {
    const row0 = i * shorter;
    const row1 = i + 1 < longer ? row0 + shorter : row0;
    const row2 = i + 2 < longer ? row0 + 2 * shorter : row0;
    const row3 = i + 3 < longer ? row0 + 3 * shorter : row0;
    for (let vector = 0; vector < count; vector++) {
      const x = vector * longer + i;
      const x0 = from[x]!;
      const x1 = i + 1 < longer ? from[x + 1]! : 0;
      const x2 = i + 2 < longer ? from[x + 2]! : 0;
      const x3 = i + 3 < longer ? from[x + 3]! : 0;
      const y = vector * shorter;
      for (let j = 0; j < shorter; j++) {
        to[y + j] =
          to[y + j]! +
          (x0 * entries[row0 + j]! +
            x1 * entries[row1 + j]! +
            x2 * entries[row2 + j]! +
            x3 * entries[row3 + j]!);
      }
    }
  }
}

/** || x - factor y ||. */
export function distance(x: Float64Array, factor: number, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - factor * y[i]!) ** 2;
  return Math.sqrt(sum);
}
