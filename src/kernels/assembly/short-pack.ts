// Entries of few digits, such as those of BF16, as integers of 15 bits and what little these leave: with
// z = W / unit * 2^13,
//   z = q + l,   q whole,   and l = 0 unless |z| is under 2^7, where 8 digits end below 1, or q would
// be too large, alone or with those before it: then q is 0,
//   z'z = q'q + (C + C') / 2,   C = l'v,   v = z + q
// q'q is exact, in whatever order; C has a term for each l that is not zero, and only its sums are rounded.
//
// A panel holds, for each pair of places of the long side, those of 4 columns of the short side, one after the other, as
// the multiplication of pairs wants them.

import {
  capacity,
  counts,
  factorStride,
  factors,
  pairBytes,
  panelStride,
  panels,
  placeBytes,
  restBytes,
  rests,
  squares,
  windowPlaces,
} from "./short-areas";

/** Adding it leaves the nearest whole number in the low bits of a float32. */
const magic: f32 = 12582912.0;
/** Half a product of z in units of G, of which rests take part in sums. */
const halfProduct: f64 = 1 / 134217728.0;
/** The largest q. */
const largest: f32 = 32767.0;
/**
 * The most that q's squares may sum up to in a window of a column: with 16 bits that were carried over, and the rounding of
 * this very sum, under 2^31. No sum of products of two columns is larger, by Cauchy and Schwarz.
 */
const most: f32 = 2147000064.0;

/**
 * Packs panels `first` .. `end` - 1 of a tall matrix: `count` rows of `width` entries, float32, times `scale`.
 *
 * @param whole - places to fill, with zeros where there are no rows.
 */
export function packShortRows(
  from: usize,
  count: i32,
  whole: i32,
  width: i32,
  first: i32,
  end: i32,
  scale: f32,
): void {
  const scales = f32x4.splat(scale);
  memory.fill(counts + <usize>first * 16, 0, <usize>(end - first) * 16);
  for (let k = 0; k < whole; k += 2) {
    const row = from + <usize>(k * width) * 4;
    for (let p = first; p < end; p++) {
      const at = row + <usize>p * 16;
      const left = width - 4 * p;
      const a = k < count ? f32x4.mul(fourOf(at, left), scales) : f32x4.splat(0);
      const b = k + 1 < count ? f32x4.mul(fourOf(at + <usize>width * 4, left), scales) : f32x4.splat(0);
      keepPair(a, b, p, k);
    }
  }
}

/** The same of a wide matrix: `height` rows, `count` entries of each. */
export function packShortColumns(
  from: usize,
  count: i32,
  whole: i32,
  height: i32,
  first: i32,
  end: i32,
  scale: f32,
): void {
  const scales = f32x4.splat(scale);
  memory.fill(counts + <usize>first * 16, 0, <usize>(end - first) * 16);
  const bytes = <usize>count * 4;
  for (let p = first; p < end; p++) {
    const rows = from + <usize>(4 * p) * bytes;
    let k = 0;
    if (4 * p + 4 <= height) {
      for (; k + 4 <= count; k += 4) {
        const at = rows + <usize>k * 4;
        const r0 = f32x4.mul(v128.load(at), scales);
        const r1 = f32x4.mul(v128.load(at + bytes), scales);
        const r2 = f32x4.mul(v128.load(at + 2 * bytes), scales);
        const r3 = f32x4.mul(v128.load(at + 3 * bytes), scales);
        const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
        const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
        const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        keepPair(v128.shuffle<f64>(low01, low23, 0, 2), v128.shuffle<f64>(low01, low23, 1, 3), p, k);
        keepPair(v128.shuffle<f64>(high01, high23, 0, 2), v128.shuffle<f64>(high01, high23, 1, 3), p, k + 2);
      }
    }
    for (; k < whole; k += 2) {
      const a = f32x4.mul(columnOf(rows, bytes, k, count, height - 4 * p), scales);
      const b = f32x4.mul(columnOf(rows, bytes, k + 1, count, height - 4 * p), scales);
      keepPair(a, b, p, k);
    }
  }
}

/** Four entries in a row, zeros for those beyond its end. */
@inline
function fourOf(at: usize, left: i32): v128 {
  return left >= 4 ? v128.load(at) : fewOf(at, 4, left);
}

/** Entry `k` of four rows, zeros where there is none. */
function columnOf(rows: usize, bytes: usize, k: i32, count: i32, left: i32): v128 {
  return k < count ? fewOf(rows + <usize>k * 4, bytes, left) : f32x4.splat(0);
}

/** At most four entries, `step` bytes apart. */
function fewOf(at: usize, step: usize, left: i32): v128 {
  let four = f32x4.splat(0);
  if (left > 0) four = f32x4.replace_lane(four, 0, load<f32>(at));
  if (left > 1) four = f32x4.replace_lane(four, 1, load<f32>(at + step));
  if (left > 2) four = f32x4.replace_lane(four, 2, load<f32>(at + 2 * step));
  if (left > 3) four = f32x4.replace_lane(four, 3, load<f32>(at + 3 * step));
  return four;
}

/** Keeps places k and k + 1 of panel p. */
@inline
function keepPair(a: v128, b: v128, p: i32, k: i32): void {
  const magics = f32x4.splat(magic);
  let wholeA = f32x4.sub(f32x4.add(a, magics), magics);
  let wholeB = f32x4.sub(f32x4.add(b, magics), magics);
  // What would be too large, or too much for its window, is a rest as a whole.
  wholeA = v128.and(wholeA, f32x4.le(f32x4.abs(wholeA), f32x4.splat(largest)));
  wholeB = v128.and(wholeB, f32x4.le(f32x4.abs(wholeB), f32x4.splat(largest)));
  const weight = squares + <usize>p * 16;
  const before = k & (windowPlaces - 1) ? v128.load(weight) : f32x4.splat(0);
  const after = f32x4.add(before, f32x4.add(f32x4.mul(wholeA, wholeA), f32x4.mul(wholeB, wholeB)));
  const fits = f32x4.le(after, f32x4.splat(most));
  v128.store(weight, v128.bitselect(after, before, fits));
  wholeA = v128.and(wholeA, fits);
  wholeB = v128.and(wholeB, fits);
  const low = i32x4.splat(0xffff);
  const bitsA = v128.and(f32x4.add(wholeA, magics), low);
  const bitsB = i32x4.shl(f32x4.add(wholeB, magics), 16);
  v128.store(panels + <usize>p * panelStride + <usize>(k >> 1) * pairBytes, v128.or(bitsA, bitsB));
  const v = factors + <usize>(p >> 2) * factorStride + <usize>k * placeBytes + <usize>(p & 3) * 32;
  keepFactors(v, a, wholeA);
  keepFactors(v + placeBytes, b, wholeB);
  const restA = f32x4.sub(a, wholeA);
  const restB = f32x4.sub(b, wholeB);
  if (v128.any_true(f32x4.ne(v128.or(restA, restB), f32x4.splat(0)))) {
    keepRests(restA, 4 * p, k);
    keepRests(restB, 4 * p, k + 1);
  }
}

/** v of four entries. */
@inline
function keepFactors(at: usize, z: v128, q: v128): void {
  v128.store(at, f64x2.add(f64x2.promote_low_f32x4(z), f64x2.promote_low_f32x4(q)));
  const z2 = v128.shuffle<f64>(z, z, 1, 1);
  const q2 = v128.shuffle<f64>(q, q, 1, 1);
  v128.store(at, f64x2.add(f64x2.promote_low_f32x4(z2), f64x2.promote_low_f32x4(q2)), 16);
}

/** Keeps what is not zero of four rests. */
function keepRests(four: v128, column: i32, k: i32): void {
  const r0 = f32x4.extract_lane(four, 0);
  if (r0 != 0) keepRest(r0, column, k);
  const r1 = f32x4.extract_lane(four, 1);
  if (r1 != 0) keepRest(r1, column + 1, k);
  const r2 = f32x4.extract_lane(four, 2);
  if (r2 != 0) keepRest(r2, column + 2, k);
  const r3 = f32x4.extract_lane(four, 3);
  if (r3 != 0) keepRest(r3, column + 3, k);
}

@inline
function keepRest(rest: f32, column: i32, k: i32): void {
  const count = counts + <usize>column * 4;
  const n = load<i32>(count);
  const at = rests + <usize>(column * capacity + n) * restBytes;
  store<i32>(at, k * <i32>placeBytes);
  store<f64>(at, <f64>rest * halfProduct, 4);
  store<i32>(count, n + 1);
}
