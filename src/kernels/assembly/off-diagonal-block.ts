import { madd, skew } from "./layout";
import { betaOf } from "./reflect";

// The block that a step of the chase meets below the diagonal: B of `n` rows and columns, 16 or 32, whole. What a pass
// writes the next one reads as vectors of the same places: a processor hands on what it has just stored, but not two halves of a
// vector from two stores.

/** w <- -tau B v, 8 rows at a time: their sums are all that is kept. */
@inline
export function multiplyFromRight(block: usize, n: i32, v: usize, tau: f64, w: usize): void {
  const factor = f64x2.splat(-tau);
  const end = v + <usize>n * 8;
  for (let rows: usize = 0; rows < <usize>n * 8; rows += 64) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let x = block + rows;
    for (let at = v; at < end; at += 8) {
      const c = v128.load64_splat(at);
      s0 = madd(c, v128.load(x), s0);
      s1 = madd(c, v128.load(x, 16), s1);
      s2 = madd(c, v128.load(x, 32), s2);
      s3 = madd(c, v128.load(x, 48), s3);
      x += skew;
    }
    const to = w + rows;
    v128.store(to, f64x2.mul(factor, s0));
    v128.store(to, f64x2.mul(factor, s1), 16);
    v128.store(to, f64x2.mul(factor, s2), 32);
    v128.store(to, f64x2.mul(factor, s3), 48);
  }
}

/** The first column, x <- x + w, to (beta, 0, ..., 0); leaves the reflection that does so in v and returns tau. */
@inline
export function takeReflection(x: usize, n: i32, w: usize, v: usize): f64 {
  const bytes = <usize>n * 8;
  const top = f64x2.add(v128.load(x), v128.load(w));
  const head = f64x2.extract_lane(top, 0);
  const under = f64x2.replace_lane(top, 0, 0);
  v128.store(v, under);
  const second = f64x2.add(v128.load(x, 16), v128.load(w, 16));
  v128.store(v, second, 16);
  let s0 = f64x2.mul(under, under);
  let s1 = f64x2.mul(second, second);
  for (let at: usize = 32; at < bytes; at += 32) {
    const x0 = f64x2.add(v128.load(x + at), v128.load(w + at));
    const x1 = f64x2.add(v128.load(x + at, 16), v128.load(w + at, 16));
    v128.store(v + at, x0);
    v128.store(v + at, x1, 16);
    s0 = madd(x0, x0, s0);
    s1 = madd(x1, x1, s1);
  }
  s0 = f64x2.add(s0, s1);
  const square = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  const beta = betaOf(head, square);
  const zero = f64x2.splat(0);
  v128.store(x, f64x2.replace_lane(zero, 0, beta == 0 ? head : beta));
  v128.store(x, zero, 16);
  for (let at: usize = 32; at < bytes; at += 32) {
    v128.store(x + at, zero);
    v128.store(x + at, zero, 16);
  }
  if (beta == 0) return 0;
  const scale = f64x2.splat(1 / (head - beta));
  v128.store(v, f64x2.replace_lane(f64x2.mul(scale, under), 0, 1));
  v128.store(v, f64x2.mul(scale, second), 16);
  for (let at: usize = 32; at < bytes; at += 32) {
    v128.store(v + at, f64x2.mul(scale, v128.load(v + at)));
    v128.store(v + at, f64x2.mul(scale, v128.load(v + at, 16)), 16);
  }
  return (beta - head) / beta;
}

/** The sums of both lanes of a, and of both of b. */
@inline
function across(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/**
 * All columns but the first: B <- (I - tau u u') (B + w v') = B + w v' + u z', z' = -tau u' (B + w v'). Written once,
 * as an update of rank two, after z.
 */
@inline
export function applyFromBothSides(block: usize, n: i32, v: usize, w: usize, u: usize, tau: f64, z: usize): void {
  const bytes = <usize>n * 8;
  const factor = f64x2.splat(-tau);
  let d0 = f64x2.splat(0);
  let d1 = d0;
  for (let at: usize = 0; at < bytes; at += 32) {
    d0 = madd(v128.load(u + at), v128.load(w + at), d0);
    d1 = madd(v128.load(u + at, 16), v128.load(w + at, 16), d1);
  }
  d0 = f64x2.add(d0, d1);
  const uw = f64x2.splat(f64x2.extract_lane(d0, 0) + f64x2.extract_lane(d0, 1));
  let x = block;
  for (let at: usize = 0; at < bytes; at += 32) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let row: usize = 0; row < bytes; row += 16) {
      const u0 = v128.load(u + row);
      const column = x + row;
      s0 = madd(u0, v128.load(column), s0);
      s1 = madd(u0, v128.load(column, skew), s1);
      s2 = madd(u0, v128.load(column, 2 * skew), s2);
      s3 = madd(u0, v128.load(column, 3 * skew), s3);
    }
    v128.store(z + at, f64x2.mul(factor, madd(uw, v128.load(v + at), across(s0, s1))));
    v128.store(z + at, f64x2.mul(factor, madd(uw, v128.load(v + at, 16), across(s2, s3))), 16);
    x += 4 * skew;
  }
  for (let row: usize = 0; row < bytes; row += 64) {
    const w0 = v128.load(w + row);
    const w1 = v128.load(w + row, 16);
    const w2 = v128.load(w + row, 32);
    const w3 = v128.load(w + row, 48);
    const u0 = v128.load(u + row);
    const u1 = v128.load(u + row, 16);
    const u2 = v128.load(u + row, 32);
    const u3 = v128.load(u + row, 48);
    x = block + row + skew;
    for (let at: usize = 8; at < bytes; at += 8) {
      const a = v128.load64_splat(v + at);
      const b = v128.load64_splat(z + at);
      v128.store(x, madd(b, u0, madd(a, w0, v128.load(x))));
      v128.store(x, madd(b, u1, madd(a, w1, v128.load(x, 16))), 16);
      v128.store(x, madd(b, u2, madd(a, w2, v128.load(x, 32))), 32);
      v128.store(x, madd(b, u3, madd(a, w3, v128.load(x, 48))), 48);
      x += skew;
    }
  }
}
