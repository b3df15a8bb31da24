import { madd } from "./layout";

// Vectors in memory: sums and updates that Householder reflections are made of. `n` counts entries.

/** Sum of x_i y_i, over stretches of 64 so that alike rounding errors don't add up along the whole vector. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n > 64) {
    total += shortDot(x, y, 64);
    x += 512;
    y += 512;
    n -= 64;
  }
  return total + shortDot(x, y, n);
}

@inline
function shortDot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  const end4 = x + <usize>(n & ~3) * 8;
  const end = x + <usize>n * 8;
  while (x < end4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    x += 32;
    y += 32;
  }
  s0 = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  while (x < end) {
    sum += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** Sums of v_i x_i and of v_i y_i: v is read once. */
@inline
export function twoDots(v: usize, x: usize, y: usize, n: i32): v128 {
  let x0 = f64x2.splat(0);
  let x1 = x0;
  let y0 = x0;
  let y1 = x0;
  const end4 = v + <usize>(n & ~3) * 8;
  const end = v + <usize>n * 8;
  while (v < end4) {
    const v0 = v128.load(v);
    const v1 = v128.load(v, 16);
    x0 = madd(v0, v128.load(x), x0);
    x1 = madd(v1, v128.load(x, 16), x1);
    y0 = madd(v0, v128.load(y), y0);
    y1 = madd(v1, v128.load(y, 16), y1);
    v += 32;
    x += 32;
    y += 32;
  }
  x0 = f64x2.add(x0, x1);
  y0 = f64x2.add(y0, y1);
  let xs = f64x2.extract_lane(x0, 0) + f64x2.extract_lane(x0, 1);
  let ys = f64x2.extract_lane(y0, 0) + f64x2.extract_lane(y0, 1);
  while (v < end) {
    xs += load<f64>(v) * load<f64>(x);
    ys += load<f64>(v) * load<f64>(y);
    v += 8;
    x += 8;
    y += 8;
  }
  return f64x2.replace_lane(f64x2.splat(xs), 1, ys);
}

/** y <- y + c x. */
@inline
export function addScaled(y: usize, c: f64, x: usize, n: i32): void {
  const factor = f64x2.splat(c);
  const end2 = x + <usize>(n & ~1) * 8;
  while (x < end2) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(factor, v128.load(x))));
    x += 16;
    y += 16;
  }
  if (n & 1) store<f64>(y, load<f64>(y) + c * load<f64>(x));
}

/** Sums of squares from here on have all their digits: the least normal number over eps. */
const leastSquare: f64 = 1e-290;

/**
 * Beta of the reflection I - tau v v' that maps x, of this head and this sum of squares behind it, to (beta, 0, ..., 0);
 * v_0 = 1, v_i = x_i / (head - beta), tau = (beta - head) / beta.
 *
 * 0, no reflection, when what is behind the head counts as zero. Entries are of order one or smaller (matrices are scaled), so that
 * squares don't overflow. A vector whose squares would underflow becomes zero behind its head: a reflection made of
 * what is left of their digits is not orthogonal, and spoils all that it is applied to. (What rounding leaves of a
 * matrix of low rank gets that small, squared again and again.)
 *
 * @source Golub & Van Loan 2013, Matrix Computations, algorithm 5.1.1.
 */
@inline
export function betaOf(head: f64, square: f64): f64 {
  const whole = head * head + square;
  if (square == 0 || whole < leastSquare) return 0;
  return -copysign<f64>(Math.sqrt(whole), head);
}

/** Overwrites x by beta and the rest of v, and returns tau. */
export function makeReflection(x: usize, n: i32): f64 {
  if (n < 2) return 0;
  const head = load<f64>(x);
  const beta = betaOf(head, dot(x + 8, x + 8, n - 1));
  if (beta == 0) {
    memory.fill(x + 8, 0, (n - 1) * 8);
    return 0;
  }
  const scale = 1 / (head - beta);
  const factor = f64x2.splat(scale);
  const end2 = x + <usize>(n & ~1) * 8;
  let at = x;
  for (; at < end2; at += 16) v128.store(at, f64x2.mul(factor, v128.load(at)));
  if (n & 1) store<f64>(at, scale * load<f64>(at));
  store<f64>(x, beta);
  return (beta - head) / beta;
}
