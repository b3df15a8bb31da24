import { across, loadSome, storeSome } from "./lanes";

/** Entries whose float32 sums are kept in lanes before they join a float64 total. */
const stretch: i32 = 1024;

function sumStretch(x: usize, n: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  const eights = x + (<usize>(n & ~7) << 2);
  while (x < eights) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    x += 32;
  }
  if (n & 4) {
    s0 = f32x4.add(s0, v128.load(x));
    x += 16;
  }
  if (n & 3) s1 = f32x4.add(s1, loadSome(x, n & 3, 0));
  return across(f32x4.add(s0, s1));
}

/** The sum of n entries. */
export function sumOf(x: usize, n: i32): f32 {
  if (n <= stretch) return sumStretch(x, n);
  let total: f64 = 0;
  for (let at = 0; at < n; at += stretch) {
    total += <f64>sumStretch(x + (<usize>at << 2), min(stretch, n - at));
  }
  return <f32>total;
}

/** out[i] <- the sum of row i, rows [first, end) of `count` entries in rows of `width`; the last may be shorter. */
export function sumRows(x: usize, out: usize, count: i32, width: i32, first: i32, end: i32): void {
  for (let i = first; i < end; i++) {
    store<f32>(out + (<usize>i << 2), sumOf(x + (<usize>(i * width) << 2), min(width, count - i * width)));
  }
}

/**
 * out <- sums over the rows of each of `outer` matrices of `rows` times `width` entries, for columns [first, end).
 *
 * Eight rows at a time, in their order, so that memory is read along rows and a sum grows by sums.
 */
export function sumColumns(
  x: usize,
  out: usize,
  outer: i32,
  rows: i32,
  width: i32,
  first: i32,
  end: i32,
): void {
  const pitch = <usize>width << 2;
  x += <usize>first << 2;
  out += <usize>first << 2;
  for (let o = 0; o < outer; o++) {
    let row = 0;
    for (; row + 8 <= rows; row += 8) {
      addEight(x, pitch, out, end - first, row == 0);
      x += 8 * pitch;
    }
    for (; row < rows; row++) {
      addOne(x, out, end - first, row == 0);
      x += pitch;
    }
    out += pitch;
  }
}

function addEight(x: usize, pitch: usize, out: usize, n: i32, isFirst: bool): void {
  let y = x + 4 * pitch;
  for (; n >= 4; n -= 4) {
    const upper = f32x4.add(
      f32x4.add(v128.load(x), v128.load(x + pitch)),
      f32x4.add(v128.load(x + 2 * pitch), v128.load(x + 3 * pitch)),
    );
    const lower = f32x4.add(
      f32x4.add(v128.load(y), v128.load(y + pitch)),
      f32x4.add(v128.load(y + 2 * pitch), v128.load(y + 3 * pitch)),
    );
    const sum = f32x4.add(upper, lower);
    v128.store(out, isFirst ? sum : f32x4.add(v128.load(out), sum));
    x += 16;
    y += 16;
    out += 16;
  }
  for (; n > 0; n--) {
    const upper = load<f32>(x) + load<f32>(x + pitch) + (load<f32>(x + 2 * pitch) + load<f32>(x + 3 * pitch));
    const lower = load<f32>(y) + load<f32>(y + pitch) + (load<f32>(y + 2 * pitch) + load<f32>(y + 3 * pitch));
    const sum = upper + lower;
    store<f32>(out, isFirst ? sum : load<f32>(out) + sum);
    x += 4;
    y += 4;
    out += 4;
  }
}

function addOne(x: usize, out: usize, n: i32, isFirst: bool): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, isFirst ? v128.load(x) : f32x4.add(v128.load(out), v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n > 0) {
    const some = loadSome(x, n, 0);
    storeSome(out, isFirst ? some : f32x4.add(loadSome(out, n, 0), some), n);
  }
}

/** partials[i] <- the sum of squares, float64, of block i of `width` entries; the last of `count` may be shorter. */
export function sumSquares(x: usize, partials: usize, count: i32, width: i32, first: i32, end: i32): void {
  for (let i = first; i < end; i++) {
    let at = x + (<usize>(i * width) << 2);
    const n = min(width, count - i * width);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    const fours = at + (<usize>(n & ~3) << 2);
    while (at < fours) {
      const low = f64x2.promote_low_f32x4(v128.load64_zero(at));
      const high = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
      s0 = f64x2.add(s0, f64x2.mul(low, low));
      s1 = f64x2.add(s1, f64x2.mul(high, high));
      at += 16;
    }
    const s = f64x2.add(s0, s1);
    let total = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    for (let left = n & 3; left > 0; left--) {
      const entry = <f64>load<f32>(at);
      total += entry * entry;
      at += 4;
    }
    store<f64>(partials + (<usize>i << 3), total);
  }
}

/** out <- the sum of n partial sums. */
export function addPartials(partials: usize, out: usize, n: i32, _first: i32, _end: i32): void {
  let total: f64 = 0;
  for (let i = 0; i < n; i++) total += load<f64>(partials + (<usize>i << 3));
  store<f32>(out, <f32>total);
}
