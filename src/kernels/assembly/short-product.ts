import { madd, panelBytes, rowBytes } from "./layout";
import { restBytes } from "./short-pack";

/** Products of z in units of G: 2^-26. */
const unitOfProducts: f64 = 1 / 67108864.0;
/** Places between carries, as `short-pack.ts` has them. */
const windowPlaces: i32 = 32;

/**
 * G_IJ <- G_IJ + Q_I Q_J' for packed integers: exact, since the sum of all is a whole number under 2^53.
 *
 * @param rows, columns - panels of `short-pack.ts`, `stride` bytes apart. @param count - places, a multiple of 8.
 * @param step - 16, bytes from a pair of places to the next. @param carries - 128 bytes for what sums carry over.
 */
export function multiplyShortBlock(
  block: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  count: i32,
  isDiagonal: i32,
  step: usize,
  carries: usize,
): void {
  for (let j = 0; j < 16; j += 2) {
    const b = columns + <usize>j * stride;
    for (let i = isDiagonal ? j : 0; i < 16; i++) {
      const c = block + <usize>j * panelBytes + <usize>(i * 4) * rowBytes;
      multiplyShortTile(rows + <usize>i * stride, b, stride, count, c, step, carries, !isDiagonal || i > j);
    }
  }
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

/**
 * G_IJ <- G_IJ + (C_IJ + C_JI') / 2 for the places that are packed: C = l'v by the rests of each column, in the order of their
 * places.
 *
 * @param rowRests, columnRests - of the block's rows and columns; rowFactors, columnFactors - v, 4 strips of 16 columns,
 *   `stride` bytes apart. @param scratch - as large as a block.
 */
export function addRests(
  block: usize,
  rowCounts: usize,
  rowRests: usize,
  rowFactors: usize,
  columnCounts: usize,
  columnRests: usize,
  columnFactors: usize,
  stride: usize,
  capacity: i32,
  isDiagonal: i32,
  scratch: usize,
): void {
  const pitch = <usize>capacity * restBytes;
  multiplyRests(scratch, columnCounts, columnRests, pitch, rowFactors, stride, false);
  if (!isDiagonal) multiplyRests(block, rowCounts, rowRests, pitch, columnFactors, stride, true);
  for (let j: usize = 0; j < 16; j++) {
    for (let i: usize = isDiagonal ? j : 0; i < 16; i++) {
      const g = block + j * panelBytes + i * 4 * rowBytes;
      if (isDiagonal) addSquare(g, scratch + j * panelBytes + i * 4 * rowBytes);
      addTransposed(g, scratch + i * panelBytes + j * 4 * rowBytes);
    }
  }
}

/** C <- l'v for 64 columns each, in the places of a block, or C <- C + l'v. */
function multiplyRests(
  block: usize,
  counts: usize,
  rests: usize,
  pitch: usize,
  v: usize,
  stride: usize,
  isSum: bool,
): void {
  for (const end = block + 16 * panelBytes; block < end; block += 4 * panelBytes) {
    let c = block;
    let at = rests;
    for (let count = counts; count < counts + 256; count += 4) {
      multiplyRow(c, v, at, load<i32>(count), isSum);
      at += pitch;
      c += rowBytes;
    }
    v += stride;
  }
}

/** c <- l v for 16 entries of a row, or c <- c + l v. */
@inline
function multiplyRow(c: usize, v: usize, at: usize, count: i32, isSum: bool): void {
  let c0 = f64x2.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  for (const end = at + <usize>count * restBytes; at < end; at += restBytes) {
    const l = v128.load64_splat(at, 4);
    const k = v + <usize>load<i32>(at);
    c0 = madd(l, v128.load(k), c0);
    c1 = madd(l, v128.load(k, 16), c1);
    c2 = madd(l, v128.load(k, 32), c2);
    c3 = madd(l, v128.load(k, 48), c3);
    c4 = madd(l, v128.load(k, 64), c4);
    c5 = madd(l, v128.load(k, 80), c5);
    c6 = madd(l, v128.load(k, 96), c6);
    c7 = madd(l, v128.load(k, 112), c7);
  }
  if (isSum) {
    c0 = f64x2.add(c0, v128.load(c));
    c1 = f64x2.add(c1, v128.load(c, 16));
    c2 = f64x2.add(c2, v128.load(c, 2048));
    c3 = f64x2.add(c3, v128.load(c, 2064));
    c4 = f64x2.add(c4, v128.load(c, 4096));
    c5 = f64x2.add(c5, v128.load(c, 4112));
    c6 = f64x2.add(c6, v128.load(c, 6144));
    c7 = f64x2.add(c7, v128.load(c, 6160));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 2048);
  v128.store(c, c3, 2064);
  v128.store(c, c4, 4096);
  v128.store(c, c5, 4112);
  v128.store(c, c6, 6144);
  v128.store(c, c7, 6160);
}

/** G <- G + C for a square of 4 x 4. */
function addSquare(g: usize, c: usize): void {
  for (let i: usize = 0; i < 128; i += 16) v128.store(g + i, f64x2.add(v128.load(g + i), v128.load(c + i)));
}

/** G <- G + C' for a square of 4 x 4. */
@inline
function addTransposed(g: usize, c: usize): void {
  for (let i: usize = 0; i < 2; i++) {
    const c0 = v128.load(c + 16 * i);
    const c1 = v128.load(c + 16 * i, 32);
    const c2 = v128.load(c + 16 * i, 64);
    const c3 = v128.load(c + 16 * i, 96);
    const row = g + 64 * i;
    v128.store(row, f64x2.add(v128.load(row), v128.shuffle<f64>(c0, c1, 0, 2)));
    v128.store(row, f64x2.add(v128.load(row, 16), v128.shuffle<f64>(c2, c3, 0, 2)), 16);
    v128.store(row, f64x2.add(v128.load(row, 32), v128.shuffle<f64>(c0, c1, 1, 3)), 32);
    v128.store(row, f64x2.add(v128.load(row, 48), v128.shuffle<f64>(c2, c3, 1, 3)), 48);
  }
}
