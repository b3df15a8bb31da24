import { madd, rowBytes } from "./layout";
import { multiplyTile } from "./multiply";
import { addScaled, dot, makeReflection, twoDots } from "./reflect";
import { multiplyRows } from "./symmetric-product";

// Full to band: panel by panel, a QR factorisation of what lies below the band and the two-sided update of the rest,
//   A <- Q' A Q = A - X V' - V X',   Q = I - V T V',  Y = A V T,  X = Y - V (T' V' Y) / 2
// Bischof, Lang & Sun 2000, ACM TOMS 26:581-601. V, Y and X are [panel of 4 columns][row][4]; a reflector's row is
// the matrix's row, so that all share their indices.

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
  let wx: f64 = 0;
  let wy: f64 = 0;
  for (let from = 0; from < n; from += 64) {
    const skip = <usize>from * 8;
    const sums = twoDots(v + skip, x + skip, y + skip, min(64, n - from));
    wx += f64x2.extract_lane(sums, 0);
    wy += f64x2.extract_lane(sums, 1);
  }
  wx *= -tau;
  wy *= -tau;
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

/** M = -T' S / 2 of small square matrices, row-major, T upper triangular. */
export function halfTriangleProduct(t: usize, s: usize, m: usize, width: i32): void {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let sum: f64 = 0;
      for (let k = 0; k <= i; k++) {
        sum += load<f64>(t + <usize>(k * width + i) * 8) * load<f64>(s + <usize>(k * width + j) * 8);
      }
      store<f64>(m + <usize>(i * width + j) * 8, -0.5 * sum);
    }
  }
}

/**
 * Rows `first` .. `last` of S = A'B, for tall A and B of `width` columns in panels, over rows `start` to `end`; S
 * row-major. Of a product that is symmetric (`isSymmetric` 1, as A'A is) only what is on the diagonal and right of it,
 * in tiles: the rest is left as it was.
 */
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
  isSymmetric: i32,
): void {
  for (let i = first; i < last; i += 4) {
    for (let j = isSymmetric ? i : 0; j < width; j += 4) {
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
 * panels and a small square M, row-major, of which only the upper triangle is read where `isUpper` is 1, in tiles.
 */
export function multiplySmall(
  a: usize,
  m: usize,
  y: usize,
  padded: i32,
  width: i32,
  first: i32,
  last: i32,
  isUpper: i32,
  adds: i32,
): void {
  const stride = <usize>padded * rowBytes;
  for (let i = first; i < last; i += 4) {
    const rows = <usize>i * rowBytes;
    for (let j = 0; j < width; j += 4) {
      const out = y + <usize>(j >> 2) * stride + rows;
      if (!adds) memory.fill(out, 0, 128);
      const panels = (isUpper ? j + 4 : width) >> 2;
      multiplyRows(a + rows, stride, m + <usize>j * 8, <usize>width * 8, panels, out);
    }
  }
}
