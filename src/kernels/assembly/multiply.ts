import { madd, panelBytes, rowBytes } from "./layout";

/**
 * C <- C + A' B for panels A and B of `count` rows of 4, C a tile of 4 rows of 4.
 *
 * The sum starts at zero and joins C at its end: rounding errors of entries that are all alike add up over `count`
 * places, not over all that C has seen. Two steps with a way out between them: in one stretch the compiler would load
 * for both before it multiplies, spill the accumulators, and run at 60 % of the speed.
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
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let a0 = v128.load64_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    let a1 = v128.load64_splat(a, 8);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    let a2 = v128.load64_splat(a, 16);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    let a3 = v128.load64_splat(a, 24);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    if (a + rowBytes >= end) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    a0 = v128.load64_splat(a, 32);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    a1 = v128.load64_splat(a, 40);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    a2 = v128.load64_splat(a, 48);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    a3 = v128.load64_splat(a, 56);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    a += 2 * rowBytes;
    b += 2 * rowBytes;
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

/** C <- C + two rows of a tile in registers. */
@inline
export function addTwoRows(c: usize, c00: v128, c01: v128, c10: v128, c11: v128): void {
  v128.store(c, f64x2.add(v128.load(c), c00));
  v128.store(c, f64x2.add(v128.load(c, 16), c01), 16);
  v128.store(c, f64x2.add(v128.load(c, 32), c10), 32);
  v128.store(c, f64x2.add(v128.load(c, 48), c11), 48);
}

/**
 * C <- C + A' B for six rows of A', in pairs that are `second` and `third` bytes from the first, and a panel of B, `across`
 * bytes from it. Twelve sums: eight wait for each other's turn, with a latency of four and two units.
 *
 * The ways out in the middle are never taken, since addresses are multiples of 8: what is multiplied before one can't be put off, nor what is loaded after it
 * brought forward. Else the compiler loads all of a step at once, and spills sums for want of registers.
 */
export function multiplySixRows(a: usize, second: usize, third: usize, across: usize, count: i32, c: usize): void {
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
  const end = a + <usize>count * rowBytes;
  const never1 = end + 1;
  const never2 = end + 2;
  const never3 = end + 3;
  const never4 = end + 4;
  const never5 = end + 5;
  for (; a < end; a += rowBytes) {
    const b0 = v128.load(a + across);
    const b1 = v128.load(a + across, 16);
    const a0 = v128.load64_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    if (a == never1) break;
    const a1 = v128.load64_splat(a, 8);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    if (a == never2) break;
    const a2 = v128.load64_splat(a + second);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    if (a == never3) break;
    const a3 = v128.load64_splat(a + second, 8);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    if (a == never4) break;
    const a4 = v128.load64_splat(a + third);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    if (a == never5) break;
    const a5 = v128.load64_splat(a + third, 8);
    c50 = madd(a5, b0, c50);
    c51 = madd(a5, b1, c51);
  }
  addTile(c, c00, c01, c10, c11, c20, c21, c30, c31);
  addTwoRows(c + 4 * rowBytes, c40, c41, c50, c51);
}

/**
 * Adds the product of two packed block rows to a block: G_IJ <- G_IJ + P_I P_J'.
 *
 * @param block - address of G_IJ. @param rows - packed P_I, 16 panels `stride` bytes apart; columns - P_J.
 * @param count - length of the sum. @param firstRow - first panel of rows; firstColumn - of columns, endColumn - after the last.
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
  endColumn: i32,
  isDiagonal: i32,
): void {
  let i = firstRow;
  // Three panels of rows as two tiles of six rows each.
  for (; i < 14; i += 3) {
    const last = (isDiagonal ? min(i + 1, endColumn) : endColumn) - 1;
    const first = rows + <usize>i * stride;
    const end = columns + <usize>last * stride;
    let c = block + <usize>firstColumn * panelBytes + <usize>(i * 4) * rowBytes;
    for (let column = columns + <usize>firstColumn * stride; column <= end; column += stride) {
      multiplySixRows(first, 16, stride, column - first, count, c);
      multiplySixRows(first + stride + 16, stride - 16, stride, column - first - stride - 16, count, c + 6 * rowBytes);
      c += panelBytes;
    }
    if (isDiagonal && i + 1 < endColumn) {
      addTileOf(block, rows, columns, stride, count, i + 1, i + 1);
      addTileOf(block, rows, columns, stride, count, i + 2, i + 1);
      if (i + 2 < endColumn) addTileOf(block, rows, columns, stride, count, i + 2, i + 2);
    }
  }
  for (; i < 16; i++) {
    const last = (isDiagonal ? min(i + 1, endColumn) : endColumn) - 1;
    for (let j = firstColumn; j <= last; j++) addTileOf(block, rows, columns, stride, count, i, j);
  }
}

/** The tile of panel `i` of the rows and panel `j` of the columns. */
@inline
function addTileOf(block: usize, rows: usize, columns: usize, stride: usize, count: i32, i: i32, j: i32): void {
  const c = block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes;
  multiplyTile(rows + <usize>i * stride, columns + <usize>j * stride, count, c);
}
