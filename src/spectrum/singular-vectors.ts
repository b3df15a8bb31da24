import { UsageError } from "../errors.ts";
import { bidiagonalVectors } from "../linalg/bidiagonal-inverse-iteration.ts";
import { bidiagonalSingularValues, bidiagonalSvd } from "../linalg/bidiagonal-singular-values.ts";
import { bidiagonalize, multiplyByP, multiplyByQ } from "../linalg/bidiagonalize.ts";
import { censusOf, unitOf } from "../linalg/entry-census.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../linalg/matrix.ts";
import { type RandomStream, randomStream } from "../linalg/random.ts";
import { tallCopy } from "./accurate.ts";
import {
  distance,
  lanczosTop,
  multiplyRows,
  multiplyTransposedRows,
  rowOf,
  type TallMatrix,
  type VectorPairs,
} from "./golub-kahan-lanczos.ts";

/** Lanczos is tried where the smaller side is at least this many times the number of vectors. */
const lanczosRatio = 16;
/** And at least this; a smaller matrix is reduced directly in no time. */
const lanczosOrder = 64;

/** All singular values and vectors: W = sum_i values[i] left_i right_i'. */
export interface ThinSvd {
  /** `[rows, k]` row-major, k = min(rows, columns): column i is the left singular vector of value i. */
  readonly left: Float64Array;
  /** Descending, length k, in the unit of W; error a small multiple of eps s_1. */
  readonly values: Float64Array;
  /** `[columns, k]` row-major: column i is the right singular vector of value i. */
  readonly right: Float64Array;
}

/** One singular value with its two vectors, and how far they are from being that. */
export interface SingularTriplet {
  readonly value: number;
  /** u, of length rows and unit norm; its entry of largest magnitude is positive. */
  readonly left: Float64Array;
  /** v, of length columns and unit norm. */
  readonly right: Float64Array;
  /** max(||W v - s u||, ||W'u - s v||), measured, in the unit of W. */
  readonly residual: number;
}

/** Options of {@link extremeSingularVectors}. */
export interface ExtremeVectorsOptions {
  /** The largest singular values, or the smallest. */
  readonly end: "top" | "bottom";
  /** Of the starting vectors. */
  readonly seed: number | string;
  /** Residual that is small enough for the top, over the largest value; by default what rounding leaves. */
  readonly tolerance?: number;
}

/**
 * All singular values and vectors of a matrix, by bidiagonalisation and implicit QR.
 *
 *     W = U diag(s) V',  U'U = V'V = I
 *
 * About `4 N M^2 + 16 M^3` operations; for a few vectors of a large matrix see
 * {@link extremeSingularVectors}. Here and there "left" belongs to the rows of W as it is stored.
 *
 * @param matrixLike - W, `[rows, columns]`, at least one entry, all finite.
 * @returns vectors orthonormal to a small multiple of eps n, also those of values that are 0; the entry of
 *   largest magnitude of each left vector is positive.
 * @throws {UsageError} If the matrix has no entry or one that is not finite.
 * @source Golub & Van Loan 2013, Matrix Computations, section 8.6; Demmel & Kahan 1990.
 * @example
 * ```ts
 * import { thinSvd } from "marchenko";
 * const svd = thinSvd({ rows: 2, columns: 3, data: Float64Array.of(0, -3, 0, 0, 0, 4) });
 * svd.values; // [4, 3]
 * Array.from(svd.left, Math.abs); // [0, 1, 1, 0]
 * Array.from(svd.right, Math.round); // [0, 0, 0, -1, 1, 0]
 * ```
 */
export function thinSvd(matrixLike: MatrixLike): ThinSvd {
  const tall = tallOf(matrixLike);
  const { longer, shorter, isWide, unit } = tall;
  const { values, long, short } = allPairs(tall);
  for (let i = 0; i < shorter; i++) {
    makeLeftPositive(rowOf(long, i, longer), rowOf(short, i, shorter), isWide);
  }
  const longColumns = transposed(long, shorter, longer);
  const shortColumns = transposed(short, shorter, shorter);
  return {
    left: isWide ? shortColumns : longColumns,
    values: values.map((value) => value * unit),
    right: isWide ? longColumns : shortColumns,
  };
}

/**
 * The singular vectors of the largest or the smallest singular values, for matrices too large for all.
 *
 *     W v_i = s_i u_i,  W'u_i = s_i v_i
 *
 * The top by block Golub-Kahan-Lanczos with full reorthogonalisation and thick restarts; blocks are wider
 * than `count`, so that repeated values are all found. The bottom, and a top that converges too slowly, by
 * inverse iteration on the bidiagonal form, whose values are known beforehand: no gap is needed and nothing
 * is squared. Both reach a residual of 1 to 4 eps sqrt(N) s_1, the bottom too for values far under s_1; in
 * clusters closer than 1e-12 s_1, once in thousands, some hundred. A vector is as well determined as its
 * residual over the distance to the other values.
 * Memory: one float64 copy of W, two for inverse iteration.
 *
 * @param matrixLike - W, `[rows, columns]`, at least one entry, all finite.
 * @param count - how many, 1 to min(rows, columns).
 * @returns triplets, from the end inwards: the largest value first, or the smallest. Vectors are orthonormal,
 *   those of repeated and zero values too.
 * @throws {UsageError} If the matrix has no entry or one that is not finite, or count is out of range.
 * @source Golub & Van Loan 2013, Matrix Computations, sections 10.4.3, 7.6.1 and 8.4; Wu & Simon 2000, SIAM J.
 *   Matrix Anal. Appl. 22:602 (thick restart).
 * @example
 * ```ts
 * import { extremeSingularVectors } from "marchenko";
 * const w = { rows: 2, columns: 3, data: Float64Array.of(0, -3, 0, 0, 0, 4) };
 * const [smallest] = extremeSingularVectors(w, 1, { end: "bottom", seed: 1 });
 * smallest.value; // 3
 * Array.from(smallest.left, Math.round); // [1, 0]
 * smallest.residual < 1e-14; // true
 * ```
 */
export function extremeSingularVectors(
  matrixLike: MatrixLike,
  count: number,
  options: ExtremeVectorsOptions,
): SingularTriplet[] {
  const tall = tallOf(matrixLike);
  const { shorter } = tall;
  if (!Number.isInteger(count) || count < 1 || count > shorter) {
    throw new UsageError(
      `the number of singular vectors must be a whole number from 1 to ${shorter}, the smaller side, got ${count}`,
    );
  }
  const stream = randomStream(options.seed, ["singular-vectors", options.end, shorter, tall.longer, count]);
  const isTop = options.end === "top";
  const suitsLanczos = isTop && shorter >= Math.max(lanczosOrder, lanczosRatio * count);
  const pairs =
    (suitsLanczos ? lanczosTop(tall, count, stream, options.tolerance) : null) ??
    inverseIteration(tall, count, isTop, stream);
  return measured(tall, pairs, count);
}

function tallOf(matrixLike: MatrixLike): TallMatrix {
  const matrix: Matrix = asMatrix(matrixLike);
  const { rows, columns, data } = matrix;
  if (data.length === 0) {
    throw new UsageError(`singular vectors need at least one entry, got a ${rows} x ${columns} matrix`);
  }
  const census = censusOf(data);
  const { nonFinite } = census;
  if (nonFinite > 0) {
    throw new UsageError(
      `singular vectors need finite entries, got ${nonFinite} NaN or infinite of ${data.length}`,
    );
  }
  const unit = unitOf(census);
  return {
    entries: tallCopy(matrix, unit),
    longer: Math.max(rows, columns),
    shorter: Math.min(rows, columns),
    isWide: rows < columns,
    unit,
  };
}

/** Turns both vectors round where the largest entry of the left one is negative. */
function makeLeftPositive(long: Float64Array, short: Float64Array, isWide: boolean): void {
  let largest = 0;
  for (const entry of isWide ? short : long) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
  if (largest >= 0) return;
  for (let i = 0; i < long.length; i++) long[i] = -long[i]!;
  for (let i = 0; i < short.length; i++) short[i] = -short[i]!;
}

/** `[count, length]` to `[length, count]`. */
function transposed(vectors: Float64Array, count: number, length: number): Float64Array {
  const result = new Float64Array(vectors.length);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < length; j++) result[j * count + i] = vectors[i * length + j]!;
  }
  return result;
}

/** Triplets with signs and residuals, in the unit and the orientation of W. */
function measured(tall: TallMatrix, pairs: VectorPairs, count: number): SingularTriplet[] {
  const { longer, shorter, isWide, unit } = tall;
  const images = new Float64Array(count * longer);
  const coimages = new Float64Array(count * shorter);
  multiplyRows(tall, pairs.short, 0, count, images, 0);
  multiplyTransposedRows(tall, pairs.long, count, coimages);
  return Array.from({ length: count }, (_, i) => {
    const long = rowOf(pairs.long, i, longer).slice();
    const short = rowOf(pairs.short, i, shorter).slice();
    const value = pairs.values[i]!;
    const residual = Math.max(
      distance(rowOf(images, i, longer), value, long),
      distance(rowOf(coimages, i, shorter), value, short),
    );
    makeLeftPositive(long, short, isWide);
    return {
      value: value * unit,
      left: isWide ? short : long,
      right: isWide ? long : short,
      residual: residual * unit,
    };
  });
}

/** All values, descending, and their vectors. */
function allPairs({ entries, longer, shorter }: TallMatrix): VectorPairs {
  const form = bidiagonalize(entries, longer, shorter);
  const { values, left, right } = bidiagonalSvd(form.diagonal, form.superdiagonal);
  const long = new Float64Array(shorter * longer);
  for (let i = 0; i < shorter; i++) long.set(rowOf(left, i, shorter), i * longer);
  multiplyByQ(form, longer, long);
  multiplyByP(form, right);
  return { values, long, short: right };
}

/** Vectors for values known from the bidiagonal form: inverse iteration on it, then Q and P. */
function inverseIteration(
  { entries, longer, shorter }: TallMatrix,
  count: number,
  isTop: boolean,
  stream: RandomStream,
): VectorPairs {
  const form = bidiagonalize(entries.slice(), longer, shorter);
  const all = bidiagonalSingularValues(form.diagonal, form.superdiagonal);
  const values = isTop ? all.slice(0, count) : all.slice(shorter - count).reverse();
  const { left, right } = bidiagonalVectors(form.diagonal, form.superdiagonal, values, stream);
  const long = new Float64Array(count * longer);
  for (let i = 0; i < count; i++) long.set(rowOf(left, i, shorter), i * longer);
  multiplyByQ(form, longer, long);
  multiplyByP(form, right);
  return { values, long, short: right };
}
