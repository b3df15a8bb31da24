import { loadSome, madd, storeSome } from "./lanes";
import { erf4, exp4, log4, tanh4 } from "./transcendental";

// Functions of one number: entries [first, end) of x to the same places of out, which may be x.

const scales = 0;
const exponentiates = 1;
const takesLogarithm = 2;
const takesRoot = 3;
const takesTanh = 4;
const takesErf = 5;
const labels = 6;

@inline
function valueOf(kind: i32, x: v128, p: v128, q: v128): v128 {
  if (kind == scales) return madd(x, p, q);
  if (kind == exponentiates) return exp4(x);
  if (kind == takesLogarithm) return log4(x);
  if (kind == takesRoot) return f32x4.sqrt(x);
  if (kind == takesTanh) return tanh4(x);
  if (kind == takesErf) return erf4(x);
  return v128.andnot(f32x4.splat(1), f32x4.lt(x, f32x4.splat(0)));
}

@inline
function mapAll(kind: i32, x: usize, out: usize, p: v128, q: v128, first: i32, end: i32): void {
  x += <usize>first << 2;
  out += <usize>first << 2;
  const n = end - first;
  const fours = out + (<usize>(n & ~3) << 2);
  while (out < fours) {
    v128.store(out, valueOf(kind, v128.load(x), p, q));
    x += 16;
    out += 16;
  }
  if (n & 3) storeSome(out, valueOf(kind, loadSome(x, n & 3, 1), p, q), n & 3);
}

/** out <- factor x + offset. */
export function linear(x: usize, out: usize, factor: f32, offset: f32, first: i32, end: i32): void {
  mapAll(scales, x, out, f32x4.splat(factor), f32x4.splat(offset), first, end);
}

/** out <- e^x. */
export function exponential(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(exponentiates, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}

/** out <- ln x. */
export function logarithm(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(takesLogarithm, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}

/** out <- the square root of x. */
export function squareRoot(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(takesRoot, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}

/** out <- tanh x. */
export function hyperbolicTangent(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(takesTanh, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}

/** out <- erf x. */
export function errorFunction(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(takesErf, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}

/** out <- 0 where x < 0, else 1. */
export function hasLabel(x: usize, out: usize, first: i32, end: i32): void {
  mapAll(labels, x, out, f32x4.splat(0), f32x4.splat(0), first, end);
}
