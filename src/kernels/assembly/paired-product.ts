import { madd, panelBytes, rowBytes } from "./layout";
import { addTile } from "./multiply";

// Products in pairs: x1 y1 + x2 y2 = (x1 + y2) (x2 + y1) - x1 x2 - y1 y2, where the last two terms belong to a row of one
// factor each, and are computed once for all tiles. Two multiplications become one and two additions: faster where a
// processor adds with other units than it multiplies with, slower elsewhere. Of 8 places two are multiplied one by
// one, so that both kinds of units are busy.
//
// Rounding errors of an entry are of the size of |x|^2 + |y|^2 in place of |x| |y|, x and y the largest rows of its panels: rows of
// very different size are not for this. What belongs to rows of zeros is zero but for rounding.
//
// Winograd 1968, IEEE Transactions on Computers C-17:693-694.

/** Places that a step of the product takes, 2 of them one by one, 6 in pairs: counts are multiples of it. */
const stepPlaces: i32 = 8;

/**
 * Prepares panels of the right factor, in place or from others: of a pair of places, the last two columns of the
 * second place, then of the first, then what the first two columns have more than they, in the same order.
 *
 * @param from - panels of `count` places of 4, `stride` bytes apart; to - the same, or an area of that size.
 * @param count - a multiple of 8. @param starts - 4 sums for each panel: -x1 x2 over its pairs; sizes - of |x1 x2|.
 */
export function pairPanels(
  from: usize,
  to: usize,
  stride: usize,
  panels: i32,
  count: i32,
  starts: usize,
  sizes: usize,
): void {
  for (let p = 0; p < panels; p++) {
    let start0 = f64x2.splat(0);
    let start1 = start0;
    let size0 = start0;
    let size1 = start0;
    let read = from + <usize>p * stride;
    let write = to + <usize>p * stride;
    for (let k = 0; k < count; k += stepPlaces) {
      for (let i: usize = 0; i < 4; i++) v128.store(write + i * 16, v128.load(read + i * 16));
      for (let pair: usize = 1; pair < 4; pair++) {
        const x = read + pair * 64;
        const a0 = v128.load(x);
        const a1 = v128.load(x, 16);
        const b0 = v128.load(x, 32);
        const b1 = v128.load(x, 48);
        const term0 = f64x2.mul(a0, b0);
        const term1 = f64x2.mul(a1, b1);
        start0 = f64x2.sub(start0, term0);
        start1 = f64x2.sub(start1, term1);
        size0 = f64x2.add(size0, f64x2.abs(term0));
        size1 = f64x2.add(size1, f64x2.abs(term1));
        const y = write + pair * 64;
        v128.store(y, b1);
        v128.store(y, a1, 16);
        v128.store(y, f64x2.sub(b0, b1), 32);
        v128.store(y, f64x2.sub(a0, a1), 48);
      }
      read += stepPlaces * rowBytes;
      write += stepPlaces * rowBytes;
    }
    v128.store(starts + <usize>p * 32, start0);
    v128.store(starts + <usize>p * 32, start1, 16);
    v128.store(sizes + <usize>p * 32, size0);
    v128.store(sizes + <usize>p * 32, size1, 16);
  }
}

/** How many times their mean the largest of `count` sizes is; 0 where all are zero. */
export function largestOverMean(sizes: usize, count: i32): f64 {
  let largest: f64 = 0;
  let sum: f64 = 0;
  for (const end = sizes + (<usize>count << 3); sizes < end; sizes += 8) {
    const size = load<f64>(sizes);
    largest = max(largest, size);
    sum += size;
  }
  return sum > 0 ? (largest * <f64>count) / sum : 0;
}

/**
 * `multiplyBlock` with products in pairs: G_IJ <- G_IJ + P_I P_J'.
 *
 * @param columns - P_J as {@link pairPanels} leaves it. @param count - a multiple of 8.
 * @param rowStarts - `starts` of P_I's rows, as {@link pairPanels} gives them; columnStarts - of P_J's.
 * @param step - 32, bytes from a place to the next: a compiler that knew it would reckon each address by itself.
 */
export function multiplyPairedBlock(
  block: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  count: i32,
  firstRow: i32,
  firstColumn: i32,
  isDiagonal: i32,
  rowStarts: usize,
  columnStarts: usize,
  step: usize,
): void {
  for (let j = firstColumn; j < 16; j++) {
    let i = isDiagonal ? max(firstRow, j) : firstRow;
    const b = columns + <usize>j * stride;
    const t = columnStarts + <usize>j * 32;
    let a = rows + <usize>i * stride;
    let s = rowStarts + <usize>i * 32;
    let c = block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes;
    for (; i < 16; i++) {
      multiplyPairedTile(a, b, count, c, s, t, step);
      c += 4 * rowBytes;
      a += stride;
      s += 32;
    }
  }
}

/**
 * C <- C + A' B for panels A and B of `count` places of 4, B as {@link pairPanels} leaves it.
 *
 * The sum starts with the terms of rows and columns, so that it is nowhere larger than they. The ways
 * out in the middle are never taken, since addresses are even, and keep the order of what they stand between: x and y
 * are used for the last columns before they become what the first need, so that 8 sums and all else fit in 15
 * registers. Written out, since a loop over pairs costs a fiftieth.
 */
function multiplyPairedTile(a: usize, b: usize, count: i32, c: usize, rows: usize, columns: usize, step: usize): void {
  const t0 = v128.load(columns);
  const t1 = v128.load(columns, 16);
  const row0 = v128.load64_splat(rows);
  let c00 = f64x2.add(row0, t0);
  let c01 = f64x2.add(row0, t1);
  const row1 = v128.load64_splat(rows, 8);
  let c10 = f64x2.add(row1, t0);
  let c11 = f64x2.add(row1, t1);
  const row2 = v128.load64_splat(rows, 16);
  let c20 = f64x2.add(row2, t0);
  let c21 = f64x2.add(row2, t1);
  const row3 = v128.load64_splat(rows, 24);
  let c30 = f64x2.add(row3, t0);
  let c31 = f64x2.add(row3, t1);
  const end = a + <usize>count * rowBytes;
  for (; a < end; a += step) {
    const u0 = v128.load(b);
    const v0 = v128.load(b, 16);
    const a00 = v128.load64_splat(a);
    c00 = madd(a00, u0, c00);
    c01 = madd(a00, v0, c01);
    const a01 = v128.load64_splat(a, 8);
    c10 = madd(a01, u0, c10);
    c11 = madd(a01, v0, c11);
    const a02 = v128.load64_splat(a, 16);
    c20 = madd(a02, u0, c20);
    c21 = madd(a02, v0, c21);
    const a03 = v128.load64_splat(a, 24);
    c30 = madd(a03, u0, c30);
    c31 = madd(a03, v0, c31);
    if (a == 1) break;
    a += step;
    const u1 = v128.load(b, 32);
    const v1 = v128.load(b, 48);
    const a10 = v128.load64_splat(a);
    c00 = madd(a10, u1, c00);
    c01 = madd(a10, v1, c01);
    const a11 = v128.load64_splat(a, 8);
    c10 = madd(a11, u1, c10);
    c11 = madd(a11, v1, c11);
    const a12 = v128.load64_splat(a, 16);
    c20 = madd(a12, u1, c20);
    c21 = madd(a12, v1, c21);
    const a13 = v128.load64_splat(a, 24);
    c30 = madd(a13, u1, c30);
    c31 = madd(a13, v1, c31);
    if (a == 1) break;
    a += step;
    const e1 = a;
    a += step;
    const p1 = v128.load(b, 64);
    const q1 = v128.load(b, 80);
    const r1 = v128.load(b, 96);
    const s1 = v128.load(b, 112);
    const x10 = f64x2.add(v128.load64_splat(e1), p1);
    const y10 = f64x2.add(v128.load64_splat(a), q1);
    c01 = madd(x10, y10, c01);
    c00 = madd(f64x2.add(x10, r1), f64x2.add(y10, s1), c00);
    if (e1 == 1) break;
    const x11 = f64x2.add(v128.load64_splat(e1, 8), p1);
    const y11 = f64x2.add(v128.load64_splat(a, 8), q1);
    c11 = madd(x11, y11, c11);
    c10 = madd(f64x2.add(x11, r1), f64x2.add(y11, s1), c10);
    if (a == 1) break;
    const x12 = f64x2.add(v128.load64_splat(e1, 16), p1);
    const y12 = f64x2.add(v128.load64_splat(a, 16), q1);
    c21 = madd(x12, y12, c21);
    c20 = madd(f64x2.add(x12, r1), f64x2.add(y12, s1), c20);
    if (e1 == 3) break;
    const x13 = f64x2.add(v128.load64_splat(e1, 24), p1);
    const y13 = f64x2.add(v128.load64_splat(a, 24), q1);
    c31 = madd(x13, y13, c31);
    c30 = madd(f64x2.add(x13, r1), f64x2.add(y13, s1), c30);
    if (a == 3) break;
    a += step;
    const e2 = a;
    a += step;
    const p2 = v128.load(b, 128);
    const q2 = v128.load(b, 144);
    const r2 = v128.load(b, 160);
    const s2 = v128.load(b, 176);
    const x20 = f64x2.add(v128.load64_splat(e2), p2);
    const y20 = f64x2.add(v128.load64_splat(a), q2);
    c01 = madd(x20, y20, c01);
    c00 = madd(f64x2.add(x20, r2), f64x2.add(y20, s2), c00);
    if (e2 == 1) break;
    const x21 = f64x2.add(v128.load64_splat(e2, 8), p2);
    const y21 = f64x2.add(v128.load64_splat(a, 8), q2);
    c11 = madd(x21, y21, c11);
    c10 = madd(f64x2.add(x21, r2), f64x2.add(y21, s2), c10);
    if (a == 1) break;
    const x22 = f64x2.add(v128.load64_splat(e2, 16), p2);
    const y22 = f64x2.add(v128.load64_splat(a, 16), q2);
    c21 = madd(x22, y22, c21);
    c20 = madd(f64x2.add(x22, r2), f64x2.add(y22, s2), c20);
    if (e2 == 3) break;
    const x23 = f64x2.add(v128.load64_splat(e2, 24), p2);
    const y23 = f64x2.add(v128.load64_splat(a, 24), q2);
    c31 = madd(x23, y23, c31);
    c30 = madd(f64x2.add(x23, r2), f64x2.add(y23, s2), c30);
    if (a == 3) break;
    a += step;
    const e3 = a;
    a += step;
    const p3 = v128.load(b, 192);
    const q3 = v128.load(b, 208);
    const r3 = v128.load(b, 224);
    const s3 = v128.load(b, 240);
    const x30 = f64x2.add(v128.load64_splat(e3), p3);
    const y30 = f64x2.add(v128.load64_splat(a), q3);
    c01 = madd(x30, y30, c01);
    c00 = madd(f64x2.add(x30, r3), f64x2.add(y30, s3), c00);
    if (e3 == 1) break;
    const x31 = f64x2.add(v128.load64_splat(e3, 8), p3);
    const y31 = f64x2.add(v128.load64_splat(a, 8), q3);
    c11 = madd(x31, y31, c11);
    c10 = madd(f64x2.add(x31, r3), f64x2.add(y31, s3), c10);
    if (a == 1) break;
    const x32 = f64x2.add(v128.load64_splat(e3, 16), p3);
    const y32 = f64x2.add(v128.load64_splat(a, 16), q3);
    c21 = madd(x32, y32, c21);
    c20 = madd(f64x2.add(x32, r3), f64x2.add(y32, s3), c20);
    if (e3 == 3) break;
    const x33 = f64x2.add(v128.load64_splat(e3, 24), p3);
    const y33 = f64x2.add(v128.load64_splat(a, 24), q3);
    c31 = madd(x33, y33, c31);
    c30 = madd(f64x2.add(x33, r3), f64x2.add(y33, s3), c30);
    if (a == 3) break;
    b += stepPlaces * rowBytes;
  }
  addTile(c, c00, c01, c10, c11, c20, c21, c30, c31);
}
