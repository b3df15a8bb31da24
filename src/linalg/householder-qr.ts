import type { Matrix } from "./matrix.ts";

/** Rows absorbed at once: 128 * 768 doubles stay in the second-level cache. */
const blockLength = 128;
/** Width of a packed panel: so many reflections are applied together. */
const panel = 4;
/** Squared length under which a column counts as zero: below it, squares lose digits. */
const negligibleSquare = 1e-280;

/** A triangular factor that takes in rows, block after block. */
export interface RowBlockQr {
  /**
   * Takes in more rows B: R becomes the triangular factor of [R; B].
   *
   * @param matrix - holds B as rows `start .. start + count` of its tall orientation (W, or W' if wide).
   * @param inverseUnit - every entry is multiplied by it first.
   */
  absorb(matrix: Matrix, inverseUnit: number, start: number, count: number): void;
  /** R so far: `[n, n]` row-major, upper triangular, its diagonal of either sign. */
  factor(): Float64Array;
}

/**
 * The triangular factor R of the tall orientation of a matrix, by Householder reflections.
 *
 *     A = Q R,  A = W / unit (rows >= columns) or W' / unit (rows < columns)
 *
 * R has the singular values of A. Reads the matrix once, by blocks of rows; Q is not formed.
 * Backward error: a small multiple of eps times the norm of A.
 *
 * @param matrix - W, any shape, finite.
 * @param unit - every entry is divided by it first; a power of two near the largest entry.
 * @returns R, `[n, n]` row-major with n the smaller side.
 */
export function triangularFactor(matrix: Matrix, unit: number): Float64Array {
  const qr = rowBlockQr(Math.min(matrix.rows, matrix.columns));
  const length = Math.max(matrix.rows, matrix.columns);
  for (let start = 0; start < length; start += blockLength) {
    qr.absorb(matrix, 1 / unit, start, Math.min(blockLength, length - start));
  }
  return qr.factor();
}

/**
 * An empty triangular factor of order n, to which rows are added.
 *
 *     [R; B] = Q [R_new; 0]
 *
 * Four columns at a time: their reflections multiply to I - V T V', which is applied to the other
 * columns panel by panel, so that both products run over data in the first-level cache.
 *
 * @param n - number of columns of the rows to come, >= 1.
 * @source Golub & Van Loan 2013, Matrix Computations, sections 5.2.3 and 6.5.3; Schreiber & Van Loan 1989,
 *   SIAM J. Sci. Stat. Comput. 10:53 (I - V T V').
 */
export function rowBlockQr(n: number): RowBlockQr {
  const order = Math.ceil(n / panel) * panel;
  const r = new Float64Array(order * order);
  const packed = new Float64Array(order * blockLength);
  return {
    absorb(matrix, inverseUnit, start, count) {
      for (let done = 0; done < count; done += blockLength) {
        const part = Math.min(blockLength, count - done);
        packRows(matrix, inverseUnit, start + done, part, packed);
        absorbPacked(r, order, packed, part);
      }
    },
    factor() {
      const factor = new Float64Array(n * n);
      for (let i = 0; i < n; i++) factor.set(r.subarray(i * order, i * order + n), i * n);
      return factor;
    },
  };
}

/** Rows of the tall orientation as `[panels][count][4]`; columns past the last are zero. */
function packRows(matrix: Matrix, inverse: number, start: number, count: number, packed: Float64Array): void {
  const { rows, columns, data } = matrix;
  const isTall = rows >= columns;
  const n = isTall ? columns : rows;
  const stride = isTall ? columns : 1;
  for (let index = 0; index < Math.ceil(n / panel) * panel; index++) {
    let to = (index - (index % panel)) * count + (index % panel);
    let from = isTall ? start * columns + index : index * columns + start;
    for (let k = 0; k < count; k++, from += stride, to += panel) {
      packed[to] = index < n ? data[from]! * inverse : 0;
    }
  }
}

/** [R; B] -> R for a packed B, which is overwritten. */
function absorbPacked(r: Float64Array, order: number, packed: Float64Array, count: number): void {
  const weights = new Float64Array(panel * panel);
  const product = new Float64Array(panel * panel);
  const size = count * panel;
  for (let k = 0; k < order; k += panel) {
    const tails = k * count;
    factorPanel(r, order, k, packed, tails, count, weights, product);
    for (let j = k + panel; j < order; j += panel) {
      crossProduct(packed, tails, j * count, size, product);
      applyWeights(r, order, k, j, weights, product);
      subtractProduct(packed, tails, j * count, size, product);
    }
  }
}

/** Four Householder reflections that clear one panel of B against the diagonal of R, and their T. */
function factorPanel(
  r: Float64Array,
  order: number,
  k: number,
  packed: Float64Array,
  tails: number,
  count: number,
  t: Float64Array,
  product: Float64Array,
): void {
  const end = tails + count * panel;
  t.fill(0);
  for (let c = 0; c < panel; c++) {
    const diagonal = (k + c) * order + k + c;
    const alpha = r[diagonal]!;
    let sum = 0;
    for (let x = tails + c; x < end; x += panel) sum += packed[x]! * packed[x]!;
    if (sum < negligibleSquare) {
      for (let x = tails + c; x < end; x += panel) packed[x] = 0;
      continue; // tau = 0: no reflection
    }
    const norm = Math.sqrt(alpha * alpha + sum);
    const beta = alpha > 0 ? -norm : norm;
    const tau = (beta - alpha) / beta;
    const inverse = 1 / (alpha - beta);
    r[diagonal] = beta;
    t[c * panel + c] = tau;
    for (let x = tails + c; x < end; x += panel) packed[x] = packed[x]! * inverse;
    for (let later = c + 1; later < panel; later++) {
      const shift = later - c;
      let dot = r[diagonal + shift]!;
      for (let x = tails + c; x < end; x += panel) dot += packed[x]! * packed[x + shift]!;
      dot *= tau;
      r[diagonal + shift]! -= dot;
      for (let x = tails + c; x < end; x += panel) packed[x + shift]! -= packed[x]! * dot;
    }
  }
  crossProduct(packed, tails, tails, count * panel, product);
  for (let c = 1; c < panel; c++) {
    for (let i = 0; i < c; i++) {
      let sum = 0;
      for (let l = i; l < c; l++) sum += t[i * panel + l]! * product[l * panel + c]!;
      t[i * panel + c] = -t[c * panel + c]! * sum;
    }
  }
}

/** product <- X' Y of two packed panels: entry (i, j) sums x[., i] y[., j]. */
function crossProduct(
  packed: Float64Array,
  left: number,
  right: number,
  size: number,
  product: Float64Array,
): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  const end = left + size;
  for (let x = left, y = right; x < end; x += 4, y += 4) {
    const x0 = packed[x]!;
    const x1 = packed[x + 1]!;
    const x2 = packed[x + 2]!;
    const x3 = packed[x + 3]!;
    const y0 = packed[y]!;
    const y1 = packed[y + 1]!;
    const y2 = packed[y + 2]!;
    const y3 = packed[y + 3]!;
    c00 += x0 * y0;
    c01 += x0 * y1;
    c02 += x0 * y2;
    c03 += x0 * y3;
    c10 += x1 * y0;
    c11 += x1 * y1;
    c12 += x1 * y2;
    c13 += x1 * y3;
    c20 += x2 * y0;
    c21 += x2 * y1;
    c22 += x2 * y2;
    c23 += x2 * y3;
    c30 += x3 * y0;
    c31 += x3 * y1;
    c32 += x3 * y2;
    c33 += x3 * y3;
  }
  product[0] = c00;
  product[1] = c01;
  product[2] = c02;
  product[3] = c03;
  product[4] = c10;
  product[5] = c11;
  product[6] = c12;
  product[7] = c13;
  product[8] = c20;
  product[9] = c21;
  product[10] = c22;
  product[11] = c23;
  product[12] = c30;
  product[13] = c31;
  product[14] = c32;
  product[15] = c33;
}

/** product <- T' (R_kj + product), which R_kj loses. */
function applyWeights(
  r: Float64Array,
  order: number,
  k: number,
  j: number,
  t: Float64Array,
  product: Float64Array,
): void {
  for (let column = 0; column < panel; column++) {
    const at = k * order + j + column;
    const p0 = r[at]! + product[column]!;
    const p1 = r[at + order]! + product[column + 4]!;
    const p2 = r[at + 2 * order]! + product[column + 8]!;
    const p3 = r[at + 3 * order]! + product[column + 12]!;
    const w0 = t[0]! * p0;
    const w1 = t[1]! * p0 + t[5]! * p1;
    const w2 = t[2]! * p0 + t[6]! * p1 + t[10]! * p2;
    const w3 = t[3]! * p0 + t[7]! * p1 + t[11]! * p2 + t[15]! * p3;
    r[at]! -= w0;
    r[at + order]! -= w1;
    r[at + 2 * order]! -= w2;
    r[at + 3 * order]! -= w3;
    product[column] = w0;
    product[column + 4] = w1;
    product[column + 8] = w2;
    product[column + 12] = w3;
  }
}

/** Y <- Y - X product, for packed panels X and Y. */
function subtractProduct(
  packed: Float64Array,
  left: number,
  right: number,
  size: number,
  product: Float64Array,
): void {
  const w00 = product[0]!;
  const w01 = product[1]!;
  const w02 = product[2]!;
  const w03 = product[3]!;
  const w10 = product[4]!;
  const w11 = product[5]!;
  const w12 = product[6]!;
  const w13 = product[7]!;
  const w20 = product[8]!;
  const w21 = product[9]!;
  const w22 = product[10]!;
  const w23 = product[11]!;
  const w30 = product[12]!;
  const w31 = product[13]!;
  const w32 = product[14]!;
  const w33 = product[15]!;
  const end = left + size;
  for (let x = left, y = right; x < end; x += 4, y += 4) {
    const x0 = packed[x]!;
    const x1 = packed[x + 1]!;
    const x2 = packed[x + 2]!;
    const x3 = packed[x + 3]!;
    packed[y] = packed[y]! - (x0 * w00 + x1 * w10 + x2 * w20 + x3 * w30);
    packed[y + 1] = packed[y + 1]! - (x0 * w01 + x1 * w11 + x2 * w21 + x3 * w31);
    packed[y + 2] = packed[y + 2]! - (x0 * w02 + x1 * w12 + x2 * w22 + x3 * w32);
    packed[y + 3] = packed[y + 3]! - (x0 * w03 + x1 * w13 + x2 * w23 + x3 * w33);
  }
}
