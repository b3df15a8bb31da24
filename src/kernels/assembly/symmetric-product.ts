import { blockAt, madd, panelBytes, rowBytes } from "./layout";
import { addTile, addTwoRows, multiplySixRows, multiplyTile } from "./multiply";

/**
 * Rows of Y = A V, A symmetric in blocks: tiles of 4 rows from `firstTile` on, within a block, all `width` columns.
 *
 * A row of A is, left of the diagonal, a row of blocks, and below it a column of blocks: each output is summed by
 * one owner in one order, however many threads there are. Block by block, so that what is read of A and of V stays in
 * the first-level cache until all tiles have had it.
 *
 * @param start - first row and column of the part of A that takes part, a multiple of 16.
 * @param v - V, `padded` rows. @param y - Y, the same. @param blocks - block rows of A.
 */
export function multiplySymmetric(
  matrix: usize,
  firstTile: i32,
  tiles: i32,
  start: i32,
  v: usize,
  y: usize,
  padded: i32,
  width: i32,
  blocks: i32,
): void {
  const stride = <usize>padded * rowBytes;
  const endTile = firstTile + tiles;
  const I = firstTile >> 4;
  const panels = width >> 2;
  for (let c = 0; c < panels; c++) memory.fill(y + <usize>c * stride + <usize>(firstTile * 4) * rowBytes, 0, tiles * 128);
  // Left of the diagonal, and the tile on it: rows of A as they are stored.
  for (let K = start >> 6; K <= I; K++) {
    const p = max(start >> 2, K * 16);
    let tile = firstTile;
    for (; K < I && tile + 2 < endTile; tile += 3) {
      const a = blockAt(matrix, I, K) + <usize>(p & 15) * panelBytes + <usize>((tile & 15) * 4) * rowBytes;
      let b = v + <usize>(p * 4) * rowBytes;
      let out = y + <usize>(tile * 4) * rowBytes;
      for (let c = 0; c < panels; c++) {
        multiplySixWholeRows(a, b, K * 16 + 16 - p, out);
        multiplySixWholeRows(a + 6 * rowBytes, b, K * 16 + 16 - p, out + 6 * rowBytes);
        b += stride;
        out += stride;
      }
    }
    for (; tile < endTile; tile++) {
      const count = min(tile + 1, K * 16 + 16) - p;
      const a = blockAt(matrix, I, K) + <usize>(p & 15) * panelBytes + <usize>((tile & 15) * 4) * rowBytes;
      let b = v + <usize>(p * 4) * rowBytes;
      let out = y + <usize>(tile * 4) * rowBytes;
      for (let c = 0; c < panels; c++) {
        multiplyRows(a, panelBytes, b, rowBytes, count, out);
        b += stride;
        out += stride;
      }
    }
  }
  // Below the diagonal: columns of A, that is rows of its transpose.
  for (let K = I; K < blocks; K++) {
    let tile = firstTile;
    for (; K > I && tile + 2 < endTile; tile += 3) {
      const a = blockAt(matrix, K, I) + <usize>(tile & 15) * panelBytes;
      let b = v + <usize>(K * 64) * rowBytes;
      let out = y + <usize>(tile * 4) * rowBytes;
      for (let c = 0; c < panels; c++) {
        multiplySixRows(a, 16, panelBytes, b - a, 64, out);
        const middle = a + panelBytes + 16;
        multiplySixRows(middle, panelBytes - 16, panelBytes, b - middle, 64, out + 6 * rowBytes);
        b += stride;
        out += stride;
      }
    }
    for (; tile < endTile; tile++) {
      const skip: usize = K == I ? ((tile & 15) + 1) * 4 : 0;
      const a = blockAt(matrix, K, I) + <usize>(tile & 15) * panelBytes + skip * rowBytes;
      let b = v + (<usize>(K * 64) + skip) * rowBytes;
      let out = y + <usize>(tile * 4) * rowBytes;
      for (let c = 0; c < panels; c++) {
        multiplyTile(a, b, 64 - <i32>skip, out);
        b += stride;
        out += stride;
      }
    }
  }
}

/** C <- C + A B for four rows of A, in panels `stride` bytes apart, and four columns of B, in rows `step` bytes apart. */
export function multiplyRows(a: usize, stride: usize, b: usize, step: usize, panels: i32, c: usize): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let p = 0; p < panels; p++) {
    for (let k = 0; k < 4; k++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load64_splat(a);
      c00 = madd(a0, b0, c00);
      c01 = madd(a0, b1, c01);
      const a1 = v128.load64_splat(a, 32);
      c10 = madd(a1, b0, c10);
      c11 = madd(a1, b1, c11);
      const a2 = v128.load64_splat(a, 64);
      c20 = madd(a2, b0, c20);
      c21 = madd(a2, b1, c21);
      const a3 = v128.load64_splat(a, 96);
      c30 = madd(a3, b0, c30);
      c31 = madd(a3, b1, c31);
      a += 8;
      b += step;
    }
    a += stride - 32;
  }
  addTile(c, c00, c01, c10, c11, c20, c21, c30, c31);
}

/** C <- C + A B for six rows of A, in `panels` of a block, and four columns of B. Ways out as in {@link multiplySixRows}. */
function multiplySixWholeRows(a: usize, b: usize, panels: i32, c: usize): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  const end = a + <usize>panels * panelBytes;
  const never1 = end + 1;
  const never2 = end + 2;
  const never3 = end + 3;
  const never4 = end + 4;
  const never5 = end + 5;
  let stop = a + rowBytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    if (a == never1) break;
    const a1 = v128.load64_splat(a, 32);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    if (a == never2) break;
    const a2 = v128.load64_splat(a, 64);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    if (a == never3) break;
    const a3 = v128.load64_splat(a, 96);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    if (a == never4) break;
    const a4 = v128.load64_splat(a, 128);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    if (a == never5) break;
    const a5 = v128.load64_splat(a, 160);
    c50 = madd(a5, b0, c50);
    c51 = madd(a5, b1, c51);
    a += 8;
    b += rowBytes;
    if (a == stop) {
      a += panelBytes - rowBytes;
      stop += panelBytes;
    }
  }
  addTile(c, c00, c01, c10, c11, c20, c21, c30, c31);
  addTwoRows(c + 4 * rowBytes, c40, c41, c50, c51);
}
