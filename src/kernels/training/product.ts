/** Rows of a tile: lanes of a left panel. 5 x 8 entries are 10 registers; 4 more hold what is multiplied. */
const tileRows: i32 = 5;
/** Columns of a tile: lanes of a right panel. */
const tileColumns: i32 = 8;
/** Bytes of a place of a left panel, and of a right one, which are also those of a packed tile's row. */
const leftBytes: usize = 20;
const rightBytes: usize = 32;

/** c + a * b, fused where the machine has it. */
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** c <- alpha x, or c + alpha x; never fused, so that an entry gets the same bits at an edge. */
@inline
function put(c: usize, x0: v128, x1: v128, alpha: v128, adds: bool): void {
  let y0 = f32x4.mul(alpha, x0);
  let y1 = f32x4.mul(alpha, x1);
  if (adds) {
    y0 = f32x4.add(v128.load(c), y0);
    y1 = f32x4.add(v128.load(c, 16), y1);
  }
  v128.store(c, y0);
  v128.store(c, y1, 16);
}

/**
 * C <- alpha A' B, or C + alpha A' B, for panels A and B of `count` places; C a tile, its rows `pitch` bytes apart.
 *
 * Each row ends with a branch, all but the last never taken. Without them the compiler loads all factors of a place
 * first, which leaves no registers for the sums: half the speed.
 */
function multiplyTile(a: usize, b: usize, count: i32, c: usize, pitch: usize, factor: usize, adds: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  const end = a + <usize>count * leftBytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    a += 4;
    if (a >= end) break;
    const a1 = v128.load32_splat(a);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    a += 4;
    if (a >= end) break;
    const a2 = v128.load32_splat(a);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    a += 4;
    if (a >= end) break;
    const a3 = v128.load32_splat(a);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    a += 4;
    if (a >= end) break;
    const a4 = v128.load32_splat(a);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    a += 4;
    b += rightBytes;
  }
  const alpha = v128.load32_splat(factor);
  put(c, c00, c01, alpha, adds);
  c += pitch;
  put(c, c10, c11, alpha, adds);
  c += pitch;
  put(c, c20, c21, alpha, adds);
  c += pitch;
  put(c, c30, c31, alpha, adds);
  c += pitch;
  put(c, c40, c41, alpha, adds);
}

/** {@link multiplyTile} for the first 4 columns of a tile: the last panel may be half empty, or more. */
function multiplyHalfTile(a: usize, b: usize, count: i32, tile: usize, factor: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  const end = a + <usize>count * leftBytes;
  while (a < end) {
    const b0 = v128.load(b);
    c0 = madd(v128.load32_splat(a), b0, c0);
    c1 = madd(v128.load32_splat(a, 4), b0, c1);
    c2 = madd(v128.load32_splat(a, 8), b0, c2);
    c3 = madd(v128.load32_splat(a, 12), b0, c3);
    c4 = madd(v128.load32_splat(a, 16), b0, c4);
    a += leftBytes;
    b += rightBytes;
  }
  const alpha = v128.load32_splat(factor);
  v128.store(tile, f32x4.mul(alpha, c0));
  v128.store(tile, f32x4.mul(alpha, c1), 32);
  v128.store(tile, f32x4.mul(alpha, c2), 64);
  v128.store(tile, f32x4.mul(alpha, c3), 96);
  v128.store(tile, f32x4.mul(alpha, c4), 128);
}

/** Puts the first rows and columns of a finished tile where they belong. */
function spreadTile(
  tile: usize,
  rows: i32,
  columns: i32,
  out: usize,
  rowStride: usize,
  columnStride: usize,
  adds: bool,
): void {
  for (let i = 0; i < rows; i++) {
    let at = out + <usize>i * rowStride;
    let from = tile + <usize>i * rightBytes;
    for (let j = 0; j < columns; j++) {
      const entry = load<f32>(from);
      store<f32>(at, adds ? load<f32>(at) + entry : entry);
      at += columnStride;
      from += 4;
    }
  }
}

/**
 * C <- alpha A B, or C + alpha A B, for packed blocks of A and B: an entry's sum runs over the `count` places in their
 * order, whatever tile it is in, and starts at zero.
 *
 * @param left - A, panels of 5 rows, `count` places each. @param right - B, panels of 8 columns.
 * @param rows - rows of C. @param columns - columns of C.
 * @param out - C. @param rowStride - entries between its rows; columnStride - between its columns.
 * @param adds - 1 to add to C. @param scratch - 192 bytes to work in.
 */
export function multiplyPanels(
  left: usize,
  right: usize,
  count: i32,
  rows: i32,
  columns: i32,
  out: usize,
  rowStride: i32,
  columnStride: i32,
  alpha: f32,
  adds: i32,
  scratch: usize,
): void {
  const down = <usize>rowStride << 2;
  const across = <usize>columnStride << 2;
  const leftPanel = <usize>count * leftBytes;
  const rightPanel = <usize>count * rightBytes;
  const factor = scratch;
  const tile = scratch + 16;
  store<f32>(factor, alpha);
  const isAdding = adds != 0;
  for (let j = 0; j < columns; j += tileColumns) {
    const width = min(tileColumns, columns - j);
    let a = left;
    let c = out + <usize>j * across;
    for (let i = 0; i < rows; i += tileRows) {
      const height = min(tileRows, rows - i);
      if (height == tileRows && width == tileColumns && columnStride == 1) {
        multiplyTile(a, right, count, c, down, factor, isAdding);
      } else {
        if (width <= 4) multiplyHalfTile(a, right, count, tile, factor);
        else multiplyTile(a, right, count, tile, rightBytes, factor, false);
        spreadTile(tile, height, width, c, down, across, isAdding);
      }
      a += leftPanel;
      c += down * <usize>tileRows;
    }
    right += rightPanel;
  }
}
