import { across, largestOf, loadSome, madd, storeSome } from "./lanes";
import { exp4, log4 } from "./transcendental";

/** The largest of n entries, but for NaN: it comes back with the powers. */
export function largestIn(x: usize, n: i32): f32 {
  let most = f32x4.splat(-Infinity);
  const fours = x + (<usize>(n & ~3) << 2);
  while (x < fours) {
    most = f32x4.pmax(most, v128.load(x));
    x += 16;
  }
  if (n & 3) most = f32x4.pmax(most, loadSome(x, n & 3, -Infinity));
  return largestOf(most);
}

/** The sum of e^(x - shift) over n entries. */
export function sumOfPowers(x: usize, n: i32, shift: f32): f32 {
  const shift4 = f32x4.splat(shift);
  let sum = f32x4.splat(0);
  const fours = x + (<usize>(n & ~3) << 2);
  while (x < fours) {
    sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(x), shift4)));
    x += 16;
  }
  if (n & 3) sum = f32x4.add(sum, exp4(f32x4.sub(loadSome(x, n & 3, -Infinity), shift4)));
  return across(sum);
}

/** y <- factor y + offset, n entries. */
export function scaleRow(y: usize, n: i32, factor: f32, offset: f32): void {
  const factor4 = f32x4.splat(factor);
  const offset4 = f32x4.splat(offset);
  const fours = y + (<usize>(n & ~3) << 2);
  while (y < fours) {
    v128.store(y, madd(v128.load(y), factor4, offset4));
    y += 16;
  }
  if (n & 3) storeSome(y, madd(loadSome(y, n & 3, 0), factor4, offset4), n & 3);
}

/** y <- e^(x - largest x), n entries; their sum. */
export function powersOf(x: usize, y: usize, n: i32): f32 {
  const shift = f32x4.splat(largestIn(x, n));
  let sum = f32x4.splat(0);
  const fours = y + (<usize>(n & ~3) << 2);
  while (y < fours) {
    const power = exp4(f32x4.sub(v128.load(x), shift));
    v128.store(y, power);
    sum = f32x4.add(sum, power);
    x += 16;
    y += 16;
  }
  if (n & 3) {
    const power = exp4(f32x4.sub(loadSome(x, n & 3, -Infinity), shift));
    storeSome(y, power, n & 3);
    sum = f32x4.add(sum, power);
  }
  return across(sum);
}

/** out <- the softmax of each row, rows [first, end) of `width`. */
export function softmax(x: usize, out: usize, width: i32, first: i32, end: i32): void {
  for (let row = first; row < end; row++) {
    const at = <usize>(row * width) << 2;
    const sum = powersOf(x + at, out + at, width);
    scaleRow(out + at, width, 1 / sum, 0);
  }
}

/** ln of the sum of e^x over n entries. */
export function logSumOf(x: usize, n: i32): f32 {
  const most = largestIn(x, n);
  return most + f32x4.extract_lane(log4(f32x4.splat(sumOfPowers(x, n, most))), 0);
}

/** out <- x - ln of the sum of e^x, each row. */
export function logSoftmax(x: usize, out: usize, width: i32, first: i32, end: i32): void {
  for (let row = first; row < end; row++) {
    let from = x + (<usize>(row * width) << 2);
    let to = out + (<usize>(row * width) << 2);
    // In two steps: the largest entry may be so large that the rest of the sum is lost beside it.
    const most = largestIn(from, width);
    const most4 = f32x4.splat(most);
    const log = log4(f32x4.splat(sumOfPowers(from, width, most)));
    const fours = to + (<usize>(width & ~3) << 2);
    while (to < fours) {
      v128.store(to, f32x4.sub(f32x4.sub(v128.load(from), most4), log));
      from += 16;
      to += 16;
    }
    const left = width & 3;
    if (left) storeSome(to, f32x4.sub(f32x4.sub(loadSome(from, left, 0), most4), log), left);
  }
}

/** out <- y (g - sum of y g), each row. */
export function softmaxGradient(y: usize, g: usize, out: usize, width: i32, first: i32, end: i32): void {
  const left = width & 3;
  for (let row = first; row < end; row++) {
    const at = <usize>(row * width) << 2;
    const bytes = <usize>(width & ~3) << 2;
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) sum = madd(v128.load(y + at + i), v128.load(g + at + i), sum);
    if (left) sum = madd(loadSome(y + at + bytes, left, 0), loadSome(g + at + bytes, left, 0), sum);
    const mean = f32x4.splat(across(sum));
    for (let i: usize = 0; i < bytes; i += 16) {
      const own = f32x4.mul(v128.load(y + at + i), f32x4.sub(v128.load(g + at + i), mean));
      v128.store(out + at + i, own);
    }
    if (left) {
      const own = f32x4.sub(loadSome(g + at + bytes, left, 0), mean);
      storeSome(out + at + bytes, f32x4.mul(loadSome(y + at + bytes, left, 0), own), left);
    }
  }
}
