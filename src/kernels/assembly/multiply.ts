import { madd, panelBytes, rowBytes } from "./layout";

/**
 * C <- C + A' B for panels A and B of `count` rows of 4, C a tile of 4 rows of 4.
 *
 * The sum starts at zero and joins C at its end: rounding errors of entries that are all alike add up over `count`
 * places, not over all that C has seen. Not unrolled: with two steps at once the compiler spills the accumulators,
 * and runs at 60 % of the speed.
 */
export function multiplyTile(a: usize, b: usize, count: i32, c: usize): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + <usize>count * rowBytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load64_splat(a, 8);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load64_splat(a, 16);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load64_splat(a, 24);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    a += rowBytes;
    b += rowBytes;
  }
  addTile(c, c00, c01, c10, c11, c20, c21, c30, c31);
}

/** C <- C + a tile in registers. */
@inline
export function addTile(
  c: usize,
  c00: v128,
  c01: v128,
  c10: v128,
  c11: v128,
  c20: v128,
  c21: v128,
  c30: v128,
  c31: v128,
): void {
  v128.store(c, f64x2.add(v128.load(c), c00));
  v128.store(c, f64x2.add(v128.load(c, 16), c01), 16);
  v128.store(c, f64x2.add(v128.load(c, 32), c10), 32);
  v128.store(c, f64x2.add(v128.load(c, 48), c11), 48);
  v128.store(c, f64x2.add(v128.load(c, 64), c20), 64);
  v128.store(c, f64x2.add(v128.load(c, 80), c21), 80);
  v128.store(c, f64x2.add(v128.load(c, 96), c30), 96);
  v128.store(c, f64x2.add(v128.load(c, 112), c31), 112);
}

/**
 * Adds the product of two packed block rows to a block: G_IJ <- G_IJ + P_I P_J'.
 *
 * @param block - address of G_IJ. @param rows - packed P_I, 16 panels `stride` bytes apart; columns - P_J.
 * @param count - length of the sum. @param firstRow - first panel of rows; firstColumn - of columns.
 * @param isDiagonal - 1 when I = J: tiles above the diagonal are left out.
 */
export function multiplyBlock(
  block: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  count: i32,
  firstRow: i32,
  firstColumn: i32,
  isDiagonal: i32,
): void {
  for (let i = firstRow; i < 16; i++) {
    const last = isDiagonal ? i : 15;
    for (let j = firstColumn; j <= last; j++) {
      multiplyTile(
        rows + <usize>i * stride,
        columns + <usize>j * stride,
        count,
        block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes,
      );
    }
  }
}
