import { madd, panelBytes, rowBytes } from "./layout";
import { restBytes } from "./short-pack";

/** Products of z in units of G: 2^-26. */
const unitOfProducts: f64 = 1 / 67108864.0;
/**
 * G_IJ <- G_IJ + Q_I Q_J' for packed integers: exact, since the sum of all is a whole number under 2^53.
 *
 * @param rows, columns - panels of `short-pack.ts`, `stride` bytes apart. @param count - places, a multiple of 8.
 * @param step - 16, bytes from a pair of places to the next.
 */
export function multiplyShortBlock(
  block: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  count: i32,
  isDiagonal: i32,
  step: usize,
): void {
  for (let j = 0; j < 16; j++) {
    const b = columns + <usize>j * stride;
    for (let i = isDiagonal ? j : 0; i < 16; i++) {
      const c = block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes;
      multiplyShortTile(rows + <usize>i * stride, b, count, c, step);
    }
  }
}

/**
 * A tile of 4 rows and 4 columns. Sums keep 16 bits, the others go to a second sum: 2^31 is not passed. Ways out as in
 * `paired-product.ts`.
 */
function multiplyShortTile(a: usize, b: usize, count: i32, c: usize, step: usize): void {
  const low = i32x4.splat(0xffff);
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const end = a + (<usize>count << 3);
  while (a < end) {
    const b0 = v128.load(b);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load32_splat(a), b0));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load32_splat(a, 4), b0));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load32_splat(a, 8), b0));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load32_splat(a, 12), b0));
    if (a == 1) break;
    a += step;
    const b1 = v128.load(b, 16);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load32_splat(a), b1));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load32_splat(a, 4), b1));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load32_splat(a, 8), b1));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load32_splat(a, 12), b1));
    if (a == 1) break;
    a += step;
    const b2 = v128.load(b, 32);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load32_splat(a), b2));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load32_splat(a, 4), b2));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load32_splat(a, 8), b2));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load32_splat(a, 12), b2));
    if (a == 3) break;
    a += step;
    const b3 = v128.load(b, 48);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load32_splat(a), b3));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load32_splat(a, 4), b3));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load32_splat(a, 8), b3));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load32_splat(a, 12), b3));
    if (a == 1) break;
    a += step;
    t0 = i32x4.add(t0, i32x4.shr_s(s0, 16));
    s0 = v128.and(s0, low);
    t1 = i32x4.add(t1, i32x4.shr_s(s1, 16));
    s1 = v128.and(s1, low);
    t2 = i32x4.add(t2, i32x4.shr_s(s2, 16));
    s2 = v128.and(s2, low);
    t3 = i32x4.add(t3, i32x4.shr_s(s3, 16));
    s3 = v128.and(s3, low);
    b += 64;
  }
  addWhole(c, s0, t0);
  addWhole(c + rowBytes, s1, t1);
  addWhole(c + 2 * rowBytes, s2, t2);
  addWhole(c + 3 * rowBytes, s3, t3);
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

/**
 * C <- C + l'v for rows `first` .. `last` - 1 of C, `padded` entries each: by their rests, in the order of their places; none
 * are left.
 */
export function addRests(
  c: usize,
  padded: i32,
  v: usize,
  counts: usize,
  rests: usize,
  capacity: i32,
  first: i32,
  last: i32,
): void {
  const pitch = <usize>padded * 8;
  for (let i = first; i < last; i++) {
    const row = c + <usize>(i * padded) * 8;
    let at = rests + <usize>(i * capacity) * restBytes;
    const count = load<i32>(counts + <usize>i * 4);
    const end = at + <usize>count * restBytes;
    // Rests of zero fill up the last four.
    memory.fill(end, 0, <usize>(-count & 3) * restBytes);
    for (; at < end; at += 4 * restBytes) addFour(row, padded, at, v, pitch);
    store<i32>(counts + <usize>i * 4, 0);
  }
}

/** c <- c + l v for four rests, one after the other for each entry. */
function addFour(c: usize, count: i32, at: usize, v: usize, pitch: usize): void {
  const l0 = v128.load64_splat(at, 4);
  const l1 = v128.load64_splat(at, 16);
  const l2 = v128.load64_splat(at, 28);
  const l3 = v128.load64_splat(at, 40);
  let v0 = v + <usize>load<i32>(at) * pitch;
  let v1 = v + <usize>load<i32>(at, 12) * pitch;
  let v2 = v + <usize>load<i32>(at, 24) * pitch;
  let v3 = v + <usize>load<i32>(at, 36) * pitch;
  for (const end = c + <usize>count * 8; c < end; c += 32) {
    let first = v128.load(c);
    let second = v128.load(c, 16);
    first = madd(l0, v128.load(v0), first);
    second = madd(l0, v128.load(v0, 16), second);
    first = madd(l1, v128.load(v1), first);
    second = madd(l1, v128.load(v1, 16), second);
    first = madd(l2, v128.load(v2), first);
    second = madd(l2, v128.load(v2, 16), second);
    first = madd(l3, v128.load(v3), first);
    second = madd(l3, v128.load(v3, 16), second);
    v128.store(c, first);
    v128.store(c, second, 16);
    v0 += 32;
    v1 += 32;
    v2 += 32;
    v3 += 32;
  }
}

/** G_IJ <- G_IJ + (C_IJ + C_JI') / 2, for the block whose rows start at `row` and columns at `column`; on the diagonal what is below it. */
export function addRestProducts(block: usize, c: usize, padded: i32, row: i32, column: i32): void {
  const unit = f64x2.splat(unitOfProducts / 2);
  const pitch = <usize>padded * 8;
  for (let j = 0; j < 64; j += 4) {
    for (let i = row == column ? j : 0; i < 64; i++) {
      const at = block + <usize>(j >> 2) * panelBytes + <usize>i * rowBytes;
      const across = c + <usize>(row + i) * pitch + <usize>(column + j) * 8;
      const down = c + <usize>(column + j) * pitch + <usize>(row + i) * 8;
      const first = f64x2.replace_lane(v128.load64_splat(down), 1, load<f64>(down + pitch));
      const second = f64x2.replace_lane(v128.load64_splat(down + 2 * pitch), 1, load<f64>(down + 3 * pitch));
      v128.store(at, madd(unit, f64x2.add(v128.load(across), first), v128.load(at)));
      v128.store(at, madd(unit, f64x2.add(v128.load(across, 16), second), v128.load(at, 16)), 16);
    }
  }
}
