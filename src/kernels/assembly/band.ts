import { bandPitch, blockAt, madd, panelBytes, rowBytes } from "./layout";
import { addTile, multiplyTile } from "./multiply";
import { addScaled, dot, makeReflection } from "./reflect";

// Full to band: panel by panel, a QR factorisation of what lies below the band and the two-sided update of the rest,
//   A <- Q' A Q = A - X V' - V X',   Q = I - V T V',  Y = A V T,  X = Y - V (T' V' Y) / 2
// Bischof, Lang & Sun 2000, ACM TOMS 26:581-601. V, Y and X are [panel of 4 columns][row][4]; a reflector's row is
// the matrix's row, so that all share their indices.

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

/** QR of a panel of contiguous columns, rows `start` to `end`: reflectors below, R above; tau to `taus`. */
export function factorPanel(panel: usize, pitch: usize, width: i32, start: i32, end: i32, taus: usize): void {
  for (let j = 0; j < width; j++) {
    const length = end - start - j;
    if (length < 1) {
      store<f64>(taus + <usize>j * 8, 0);
      continue;
    }
    const v = panel + <usize>j * pitch + <usize>(start + j) * 8;
    const tau = makeReflection(v, length);
    store<f64>(taus + <usize>j * 8, tau);
    if (tau == 0) continue;
    const beta = load<f64>(v);
    store<f64>(v, 1);
    let other = v + pitch;
    let left = width - 1 - j;
    for (; left >= 2; left -= 2) {
      reflectTwo(v, other, other + pitch, length, tau);
      other += 2 * pitch;
    }
    if (left == 1) addScaled(other, -tau * dot(v, other, length), v, length);
    store<f64>(v, beta);
  }
}

/** Applies a reflection to two columns at once, so that v is read once for both. */
function reflectTwo(v: usize, x: usize, y: usize, n: i32, tau: f64): void {
  const wx = -tau * dot(v, x, n);
  const wy = -tau * dot(v, y, n);
  const cx = f64x2.splat(wx);
  const cy = f64x2.splat(wy);
  const bytes4 = <usize>(n & ~3) * 8;
  const bytes = <usize>n * 8;
  let at: usize = 0;
  for (; at < bytes4; at += 32) {
    const v0 = v128.load(v + at);
    const v1 = v128.load(v + at, 16);
    v128.store(x + at, madd(cx, v0, v128.load(x + at)));
    v128.store(x + at, madd(cx, v1, v128.load(x + at, 16)), 16);
    v128.store(y + at, madd(cy, v0, v128.load(y + at)));
    v128.store(y + at, madd(cy, v1, v128.load(y + at, 16)), 16);
  }
  for (; at < bytes; at += 8) {
    store<f64>(x + at, load<f64>(x + at) + wx * load<f64>(v + at));
    store<f64>(y + at, load<f64>(y + at) + wy * load<f64>(v + at));
  }
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

/** T of the compact form Q = I - V T V' (upper triangular, row-major), from taus and S = V'V. Schreiber & Van Loan 1989. */
export function makeTriangle(taus: usize, s: usize, t: usize, width: i32): void {
  for (let j = 0; j < width; j++) {
    const tau = load<f64>(taus + <usize>j * 8);
    for (let i = 0; i < width; i++) {
      let entry: f64 = 0;
      if (i == j) entry = tau;
      else if (i < j) {
        for (let k = i; k < j; k++) {
          entry -= load<f64>(t + <usize>(i * width + k) * 8) * load<f64>(s + <usize>(k * width + j) * 8);
        }
        entry *= tau;
      }
      store<f64>(t + <usize>(i * width + j) * 8, entry);
    }
  }
}

/** Rows `first` .. `last` of S = A'B, for tall A and B of `width` columns in panels, over rows `start` to `end`; S row-major. */
export function multiplyTransposed(
  a: usize,
  b: usize,
  padded: i32,
  width: i32,
  start: i32,
  end: i32,
  s: usize,
  tile: usize,
  first: i32,
  last: i32,
): void {
  for (let i = first; i < last; i += 4) {
    for (let j = 0; j < width; j += 4) {
      memory.fill(tile, 0, 128);
      const left = a + <usize>((i >> 2) * padded) * rowBytes;
      const right = b + <usize>((j >> 2) * padded) * rowBytes;
      for (let k = start; k < end; k += 64) {
        const skip = <usize>k * rowBytes;
        multiplyTile(left + skip, right + skip, min(64, end - k), tile);
      }
      for (let r = 0; r < 4; r++) {
        memory.copy(s + <usize>((i + r) * width + j) * 8, tile + <usize>r * 32, 32);
      }
    }
  }
}

/**
 * Rows `first` .. `last`, multiples of 4, of Y <- A M, or of Y <- Y + A M where `adds` is 1, for tall A and Y in
 * panels and a small square M, row-major.
 */
export function multiplySmall(
  a: usize,
  m: usize,
  y: usize,
  padded: i32,
  width: i32,
  first: i32,
  last: i32,
  adds: i32,
): void {
  const stride = <usize>padded * rowBytes;
  for (let i = first; i < last; i += 4) {
    const rows = <usize>i * rowBytes;
    for (let j = 0; j < width; j += 4) {
      const out = y + <usize>(j >> 2) * stride + rows;
      if (!adds) memory.fill(out, 0, 128);
      multiplyRows(a + rows, stride, m + <usize>j * 8, <usize>width * 8, width >> 2, out);
    }
  }
}

/**
 * Sixteen rows of Y = A V, A symmetric in blocks: rows 16 `strip` .. 16 `strip` + 15, all `width` columns.
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
  strip: i32,
  start: i32,
  v: usize,
  y: usize,
  padded: i32,
  width: i32,
  blocks: i32,
): void {
  const stride = <usize>padded * rowBytes;
  const firstTile = strip * 4;
  const I = strip >> 2;
  const panels = width >> 2;
  for (let c = 0; c < panels; c++) memory.fill(y + <usize>c * stride + <usize>(strip * 16) * rowBytes, 0, 512);
  // Left of the diagonal, and the tile on it: rows of A as they are stored.
  for (let K = start >> 6; K <= I; K++) {
    const p = max(start >> 2, K * 16);
    for (let tile = firstTile; tile < firstTile + 4; tile++) {
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
    for (let tile = firstTile; tile < firstTile + 4; tile++) {
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
function multiplyRows(a: usize, stride: usize, b: usize, step: usize, panels: i32, c: usize): void {
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

/**
 * Packs rows of two tall matrices side by side for the update A <- A + L R': panel of 4 rows, then 2 `width` places
 * of 4. Rows 4 `tile` .. 4 `tile` + 3 of [scale X | scale V].
 */
export function packPair(x: usize, v: usize, padded: i32, width: i32, tile: i32, to: usize, scale: f64): void {
  let out = to + <usize>tile * <usize>(2 * width) * rowBytes;
  const stride = <usize>padded * rowBytes;
  const factor = f64x2.splat(scale);
  for (let half = 0; half < 2; half++) {
    let rows = (half == 0 ? x : v) + <usize>(tile * 4) * rowBytes;
    for (let k = 0; k < width; k += 4) {
      for (let pair: usize = 0; pair < 32; pair += 16) {
        const a = f64x2.mul(factor, v128.load(rows + pair));
        const b = f64x2.mul(factor, v128.load(rows + pair, 32));
        const c = f64x2.mul(factor, v128.load(rows + pair, 64));
        const d = f64x2.mul(factor, v128.load(rows + pair, 96));
        v128.store(out, firsts(a, b));
        v128.store(out, firsts(c, d), 16);
        v128.store(out, seconds(a, b), 32);
        v128.store(out, seconds(c, d), 48);
        out += 64;
      }
      rows += stride;
    }
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
