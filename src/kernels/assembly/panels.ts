import { bandPitch, blockAt, panelBytes, rowBytes } from "./layout";

// What the reduction to a band moves from one layout to another: columns of the matrix to contiguous ones and back to
// the band, reflectors to panels of 4 columns, panels to what the update multiplies.

/**
 * Copies columns `first` .. `first + width - 1`, rows from `start` to `end`, to contiguous columns `pitch` bytes apart.
 * `first`, `width` and `start` are multiples of 4.
 */
export function takePanel(matrix: usize, first: i32, width: i32, start: i32, end: i32, to: usize, pitch: usize): void {
  const J = first >> 6;
  for (let j = 0; j < width; j += 4) {
    const out = to + <usize>j * pitch;
    const inBlock = <usize>(((first & 63) + j) >> 2) * panelBytes;
    let i = start;
    for (; i + 1 < end; i += 2) {
      const rows = blockAt(matrix, i >> 6, J) + inBlock + <usize>(i & 63) * rowBytes;
      const a0 = v128.load(rows);
      const a1 = v128.load(rows, 16);
      const b0 = v128.load(rows, 32);
      const b1 = v128.load(rows, 48);
      const at = out + <usize>i * 8;
      v128.store(at, firsts(a0, b0));
      v128.store(at + pitch, seconds(a0, b0));
      v128.store(at + 2 * pitch, firsts(a1, b1));
      v128.store(at + 3 * pitch, seconds(a1, b1));
    }
    if (i < end) {
      const row = blockAt(matrix, i >> 6, J) + inBlock + <usize>(i & 63) * rowBytes;
      for (let c = 0; c < 4; c++) {
        store<f64>(out + <usize>c * pitch + <usize>i * 8, load<f64>(row + <usize>c * 8));
      }
    }
  }
}

/** The first entries of two pairs. */
@inline
function firsts(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** The second entries of two pairs. */
@inline
function seconds(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

/** Reflectors of a factored panel as V, with its ones and zeros; `padded` rows in all. */
export function spreadReflectors(
  panel: usize,
  pitch: usize,
  width: i32,
  start: i32,
  end: i32,
  taus: usize,
  v: usize,
  padded: i32,
): void {
  // Rows that are below the diagonal of all columns, two at a time; the columns of those that do nothing are zeros.
  const whole = start + width;
  for (let j = 0; j < width; j += 4) {
    const out = v + <usize>((j >> 2) * padded) * rowBytes;
    const active0 = activity(taus, j);
    const active1 = activity(taus, j + 2);
    let i = whole;
    for (; i + 1 < end; i += 2) {
      const from = panel + <usize>j * pitch + <usize>i * 8;
      const c0 = v128.load(from);
      const c1 = v128.load(from + pitch);
      const c2 = v128.load(from + 2 * pitch);
      const c3 = v128.load(from + 3 * pitch);
      const row = out + <usize>i * rowBytes;
      v128.store(row, v128.and(firsts(c0, c1), active0));
      v128.store(row, v128.and(firsts(c2, c3), active1), 16);
      v128.store(row, v128.and(seconds(c0, c1), active0), 32);
      v128.store(row, v128.and(seconds(c2, c3), active1), 48);
    }
  }
  const paired = whole < end ? whole + ((end - whole) & ~1) : whole;
  for (let j = 0; j < width; j++) {
    const out = v + <usize>((j >> 2) * padded) * rowBytes + <usize>(j & 3) * 8;
    const isActive = load<f64>(taus + <usize>j * 8) != 0;
    for (let i = start; i < end; i++) {
      if (i == whole) i = paired;
      if (i >= end) break;
      let entry: f64 = 0;
      if (isActive && i >= start + j) {
        entry = i == start + j ? 1 : load<f64>(panel + <usize>j * pitch + <usize>i * 8);
      }
      store<f64>(out + <usize>i * rowBytes, entry);
    }
  }
}

/** All bits where the reflectors j and j + 1 do something. */
@inline
function activity(taus: usize, j: i32): v128 {
  return f64x2.ne(v128.load(taus + <usize>j * 8), f64x2.splat(0));
}

/**
 * Packs rows 4 `tile` .. 4 `tile` + 3 for the update A <- A - X V' - V X' = A + L R': panels of 4 rows and 2 `width` places,
 * L = [-x_0 -v_0 -x_1 -v_1 ...] and R = [v_0 x_0 v_1 x_1 ...]. Columns in turn: products in pairs then add entries of X to such of X,
 * and of V to such of V, and x_c v_c is the term of a row in L as in R.
 */
export function packUpdate(x: usize, v: usize, padded: i32, width: i32, tile: i32, left: usize, right: usize): void {
  const offset = <usize>tile * <usize>(2 * width) * rowBytes;
  const stride = <usize>padded * rowBytes;
  const rows = <usize>(tile * 4) * rowBytes;
  packColumns(x + rows, stride, width, left + offset, right + offset + rowBytes);
  packColumns(v + rows, stride, width, left + offset + rowBytes, right + offset);
}

/** Columns of four rows: their negatives to every second place of L, themselves to every second one of R. */
@inline
function packColumns(rows: usize, stride: usize, width: i32, left: usize, right: usize): void {
  for (let k = 0; k < width; k += 4) {
    for (let pair: usize = 0; pair < 32; pair += 16) {
      const a = v128.load(rows + pair);
      const b = v128.load(rows + pair, 32);
      const c = v128.load(rows + pair, 64);
      const d = v128.load(rows + pair, 96);
      const first0 = firsts(a, b);
      const first1 = firsts(c, d);
      const second0 = seconds(a, b);
      const second1 = seconds(c, d);
      v128.store(right, first0);
      v128.store(right, first1, 16);
      v128.store(right, second0, 64);
      v128.store(right, second1, 80);
      v128.store(left, f64x2.neg(first0));
      v128.store(left, f64x2.neg(first1), 16);
      v128.store(left, f64x2.neg(second0), 64);
      v128.store(left, f64x2.neg(second1), 80);
      left += 128;
      right += 128;
    }
    rows += stride;
  }
}

/** Columns `first` .. `first + width - 1` of the band: the triangle on the diagonal, and R below it. */
export function keepBand(
  matrix: usize,
  first: i32,
  width: i32,
  order: i32,
  panel: usize,
  pitch: usize,
  band: usize,
): void {
  const block = blockAt(matrix, first >> 6, first >> 6);
  for (let j = 0; j < width && first + j < order; j++) {
    const out = band + <usize>((first + j) * bandPitch) * 8;
    const inBlock = (first & 63) + j;
    const column = block + <usize>(inBlock >> 2) * panelBytes + <usize>(inBlock & 3) * 8;
    for (let i = j; i < width && first + i < order; i++) {
      store<f64>(out + <usize>(i - j) * 8, load<f64>(column + <usize>((first & 63) + i) * rowBytes));
    }
    const start = first + width;
    for (let i = 0; i <= j && start + i < order; i++) {
      const entry = load<f64>(panel + <usize>j * pitch + <usize>(start + i) * 8);
      store<f64>(out + <usize>(width + i - j) * 8, entry);
    }
  }
}
