import { panelBytes, rowBytes } from "./layout";
import { panelStride, panels, windowPlaces } from "./short-areas";
import { addRests } from "./short-rests";

/** Products of z in units of G: 2^-26. */
const unitOfProducts: f64 = 1 / 67108864.0;

/**
 * G_IJ <- G_IJ + Z_I'Z_J / 2^26 for what is packed: by q'q, a whole number and exact, and by rests. As long as there are
 * none G is exact too, under 2^53.
 *
 * @param count - places, a multiple of 8. @param step - 16, bytes from a pair of places to the next: a compiler that knew
 *   it would reckon each address by itself. @param scratch - 128 bytes for what sums carry over, and a block.
 */
export function addShortProduct(block: usize, I: i32, J: i32, count: i32, step: usize, scratch: usize): void {
  const isDiagonal = I == J;
  for (let j = 0; j < 16; j += 2) {
    const b = panels + <usize>(16 * J + j) * panelStride;
    for (let i = isDiagonal ? j : 0; i < 16; i++) {
      const a = panels + <usize>(16 * I + i) * panelStride;
      const c = block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes;
      multiplyShortTile(a, b, panelStride, count, c, step, scratch, !isDiagonal || i > j);
    }
  }
  addRests(block, I, J, scratch + 128);
}

/**
 * A tile of 4 rows and 8 columns, or 4 of these. After each 32 places sums keep 16 bits, the others go to second sums:
 * 2^31 is not passed. Ways out as in `paired-product.ts`.
 */
function multiplyShortTile(
  a: usize,
  b: usize,
  stride: usize,
  count: i32,
  c: usize,
  step: usize,
  carries: usize,
  isWhole: bool,
): void {
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (let i: usize = 0; i < 128; i += 16) v128.store(carries + i, s0);
  let d = b + stride;
  const end = a + (<usize>count << 3);
  while (a < end) {
    const stop = min(a + (windowPlaces << 3), end);
    while (a < stop) {
      const b0 = v128.load(b);
      const d0 = v128.load(d);
      const a00 = v128.load32_splat(a);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a00, b0));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a00, d0));
      const a01 = v128.load32_splat(a, 4);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a01, b0));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a01, d0));
      const a02 = v128.load32_splat(a, 8);
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(a02, b0));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(a02, d0));
      const a03 = v128.load32_splat(a, 12);
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(a03, b0));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(a03, d0));
      if (a == 1) break;
      a += step;
      const b1 = v128.load(b, 16);
      const d1 = v128.load(d, 16);
      const a10 = v128.load32_splat(a);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a10, b1));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a10, d1));
      const a11 = v128.load32_splat(a, 4);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a11, b1));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a11, d1));
      const a12 = v128.load32_splat(a, 8);
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(a12, b1));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(a12, d1));
      const a13 = v128.load32_splat(a, 12);
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(a13, b1));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(a13, d1));
      if (a == 3) break;
      a += step;
      const b2 = v128.load(b, 32);
      const d2 = v128.load(d, 32);
      const a20 = v128.load32_splat(a);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a20, b2));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a20, d2));
      const a21 = v128.load32_splat(a, 4);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a21, b2));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a21, d2));
      const a22 = v128.load32_splat(a, 8);
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(a22, b2));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(a22, d2));
      const a23 = v128.load32_splat(a, 12);
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(a23, b2));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(a23, d2));
      if (a == 1) break;
      a += step;
      const b3 = v128.load(b, 48);
      const d3 = v128.load(d, 48);
      const a30 = v128.load32_splat(a);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(a30, b3));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(a30, d3));
      const a31 = v128.load32_splat(a, 4);
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(a31, b3));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(a31, d3));
      const a32 = v128.load32_splat(a, 8);
      s4 = i32x4.add(s4, i32x4.dot_i16x8_s(a32, b3));
      s5 = i32x4.add(s5, i32x4.dot_i16x8_s(a32, d3));
      const a33 = v128.load32_splat(a, 12);
      s6 = i32x4.add(s6, i32x4.dot_i16x8_s(a33, b3));
      s7 = i32x4.add(s7, i32x4.dot_i16x8_s(a33, d3));
      a += step;
      b += 64;
      d += 64;
    }
    s0 = carry(s0, carries + 0);
    s1 = carry(s1, carries + 16);
    s2 = carry(s2, carries + 32);
    s3 = carry(s3, carries + 48);
    s4 = carry(s4, carries + 64);
    s5 = carry(s5, carries + 80);
    s6 = carry(s6, carries + 96);
    s7 = carry(s7, carries + 112);
  }
  addWhole(c, s0, v128.load(carries, 0));
  addWhole(c + 1 * rowBytes, s2, v128.load(carries, 32));
  addWhole(c + 2 * rowBytes, s4, v128.load(carries, 64));
  addWhole(c + 3 * rowBytes, s6, v128.load(carries, 96));
  if (!isWhole) return;
  addWhole(c + panelBytes, s1, v128.load(carries, 16));
  addWhole(c + panelBytes + 1 * rowBytes, s3, v128.load(carries, 48));
  addWhole(c + panelBytes + 2 * rowBytes, s5, v128.load(carries, 80));
  addWhole(c + panelBytes + 3 * rowBytes, s7, v128.load(carries, 112));
}

/** Adds what s has over 16 bits to a second sum. @returns the 16 bits. */
@inline
function carry(s: v128, to: usize): v128 {
  v128.store(to, i32x4.add(v128.load(to), i32x4.shr_s(s, 16)));
  return v128.and(s, i32x4.splat(0xffff));
}

/** Adds s + 2^16 t to four entries of G. */
@inline
function addWhole(c: usize, s: v128, t: v128): void {
  const unit = f64x2.splat(unitOfProducts);
  const carried = f64x2.splat(65536);
  const s1 = v128.shuffle<f64>(s, s, 1, 1);
  const t1 = v128.shuffle<f64>(t, t, 1, 1);
  const first = f64x2.add(f64x2.convert_low_i32x4_s(s), f64x2.mul(f64x2.convert_low_i32x4_s(t), carried));
  const second = f64x2.add(f64x2.convert_low_i32x4_s(s1), f64x2.mul(f64x2.convert_low_i32x4_s(t1), carried));
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(first, unit)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(second, unit)), 16);
}
