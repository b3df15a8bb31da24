export { countExponentsBF16 } from "./count-exponents";

// Stored entries of few bits as float32: 16 at a time where bytes hold them, 8 where pairs of bytes do. `count` is a
// multiple of that; whoever calls rounds it up, as there is room in memory.

/** BF16 is the upper half of a float32. In steps of 128 bytes while there are so many: a quarter less time than in steps of 16. */
export function decodeBF16(from: usize, count: i32, to: usize): void {
  const end = from + (<usize>count << 1);
  for (; from + 128 <= end; from += 128) {
    widen(from, to);
    widen(from + 32, to + 64);
    widen(from + 64, to + 128);
    widen(from + 96, to + 192);
    to += 256;
  }
  for (; from < end; from += 32) {
    widen(from, to);
    to += 64;
  }
}

/** 16 codes of BF16. */
@inline
function widen(from: usize, to: usize): void {
  const zero = i16x8.splat(0);
  const low = v128.load(from);
  const high = v128.load(from, 16);
  v128.store(to, i16x8.shuffle(zero, low, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(to, i16x8.shuffle(zero, low, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(to, i16x8.shuffle(zero, high, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(to, i16x8.shuffle(zero, high, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}

/** Four codes of binary16 in the upper halves of lanes. */
@inline
function halves(upper: v128): v128 {
  const sign = v128.and(upper, i32x4.splat(<i32>0x80000000));
  // Exponent and fraction where a float32 has them, which is 2^112 too small; exact for subnormal ones, too.
  const small = i32x4.shr_u(v128.and(upper, i32x4.splat(0x7fff0000)), 3);
  const finite = f32x4.mul(small, f32x4.splat(5192296858534827628530496329220096.0));
  // All exponent bits say infinity, or NaN with what it holds.
  const other = v128.or(small, i32x4.splat(0x7f800000));
  return v128.or(sign, v128.bitselect(other, finite, i32x4.ge_u(small, i32x4.splat(0x0f800000))));
}

/** @source IEEE 754-2019, binary16. */
export function decodeF16(from: usize, count: i32, to: usize): void {
  const zero = i16x8.splat(0);
  for (const end = from + (<usize>count << 1); from < end; from += 16) {
    const codes = v128.load(from);
    v128.store(to, halves(i16x8.shuffle(zero, codes, 0, 8, 1, 9, 2, 10, 3, 11)));
    v128.store(to, halves(i16x8.shuffle(zero, codes, 4, 12, 5, 13, 6, 14, 7, 15)), 16);
    to += 32;
  }
}

/** E5M2 is the upper half of binary16. */
export function decodeE5M2(from: usize, count: i32, to: usize): void {
  const zero = i16x8.splat(0);
  for (const end = from + <usize>count; from < end; from += 16) {
    const codes = v128.load(from);
    const low = i8x16.shuffle(zero, codes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(zero, codes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(to, halves(i16x8.shuffle(zero, low, 0, 8, 1, 9, 2, 10, 3, 11)));
    v128.store(to, halves(i16x8.shuffle(zero, low, 4, 12, 5, 13, 6, 14, 7, 15)), 16);
    v128.store(to, halves(i16x8.shuffle(zero, high, 0, 8, 1, 9, 2, 10, 3, 11)), 32);
    v128.store(to, halves(i16x8.shuffle(zero, high, 4, 12, 5, 13, 6, 14, 7, 15)), 48);
    to += 64;
  }
}

/** Four codes of E4M3 in the uppermost bytes of lanes. */
@inline
function quarters(upper: v128): v128 {
  const sign = v128.and(upper, i32x4.splat(<i32>0x80000000));
  const rest = v128.and(upper, i32x4.splat(0x7f000000));
  // Exponent and fraction where a float32 has them, which is 2^120 too small.
  const finite = f32x4.mul(i32x4.shr_u(rest, 4), f32x4.splat(1329227995784915872903807060280344576.0));
  const nan = i32x4.eq(rest, i32x4.splat(0x7f000000));
  return v128.or(sign, v128.bitselect(i32x4.splat(0x7fc00000), finite, nan));
}

/** @source OCP 8-bit Floating Point Specification 1.0, 2023, section 5: all ones are NaN, and there is no infinity. */
export function decodeE4M3(from: usize, count: i32, to: usize): void {
  const zero = i16x8.splat(0);
  for (const end = from + <usize>count; from < end; from += 16) {
    const codes = v128.load(from);
    const low = i8x16.shuffle(zero, codes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(zero, codes, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(to, quarters(i16x8.shuffle(zero, low, 0, 8, 1, 9, 2, 10, 3, 11)));
    v128.store(to, quarters(i16x8.shuffle(zero, low, 4, 12, 5, 13, 6, 14, 7, 15)), 16);
    v128.store(to, quarters(i16x8.shuffle(zero, high, 0, 8, 1, 9, 2, 10, 3, 11)), 32);
    v128.store(to, quarters(i16x8.shuffle(zero, high, 4, 12, 5, 13, 6, 14, 7, 15)), 48);
    to += 64;
  }
}
