import { bandPitch, madd, skew } from "./layout";

// The diagonal block that a step of the chase meets: D of `n` rows, 16 or 32, of which the lower triangle is stored.
// Four columns at a time: a small triangle on the diagonal, then the rows below it.

/** D <- (I - tau v v') D (I - tau v v') = D + v y' + y v', with y = -tau D v + (tau^2 v' D v / 2) v. */
@inline
export function reflectDiagonal(diagonal: usize, n: i32, v: usize, y: usize, tau: f64): void {
  const bytes = <usize>n * 8;
  multiply(diagonal, bytes, v, y);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  for (let at: usize = 0; at < bytes; at += 32) {
    s0 = madd(v128.load(v + at), v128.load(y + at), s0);
    s1 = madd(v128.load(v + at, 16), v128.load(y + at, 16), s1);
  }
  s0 = f64x2.add(s0, s1);
  const half = -0.5 * tau * (f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1));
  const factor = f64x2.splat(-tau);
  const part = f64x2.splat(half);
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(y + at, f64x2.mul(factor, madd(part, v128.load(v + at), v128.load(y + at))));
    v128.store(y + at, f64x2.mul(factor, madd(part, v128.load(v + at, 16), v128.load(y + at, 16))), 16);
  }
  update(diagonal, bytes, v, y);
}

/** y <- D v. */
@inline
function multiply(diagonal: usize, bytes: usize, v: usize, y: usize): void {
  const zero = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(y + at, zero);
    v128.store(y + at, zero, 16);
  }
  for (let at: usize = 0; at < bytes; at += 32) {
    const corner = diagonal + at * bandPitch;
    const x = corner - at;
    const f0 = v128.load64_splat(v + at);
    const f1 = v128.load64_splat(v + at, 8);
    const f2 = v128.load64_splat(v + at, 16);
    const f3 = v128.load64_splat(v + at, 24);
    let s0 = zero;
    let s1 = zero;
    let s2 = zero;
    let s3 = zero;
    for (let row = at + 32; row < bytes; row += 16) {
      const v0 = v128.load(v + row);
      const x0 = v128.load(x + row);
      const x1 = v128.load(x + row, skew);
      const left = madd(f1, x1, madd(f0, x0, v128.load(y + row)));
      s0 = madd(v0, x0, s0);
      s1 = madd(v0, x1, s1);
      const x2 = v128.load(x + row, 2 * skew);
      const x3 = v128.load(x + row, 3 * skew);
      s2 = madd(v0, x2, s2);
      s3 = madd(v0, x3, s3);
      v128.store(y + row, f64x2.add(left, madd(f3, x3, f64x2.mul(f2, x2))));
    }
    // The triangle as whole columns of a symmetric square: rows 0 and 1 of each, rows 2 and 3 of each. What is loaded from above
    // the diagonal is of the column before, and dropped.
    const top0 = v128.load(corner);
    const low0 = v128.load(corner, 16);
    const top1 = v128.shuffle<f64>(top0, v128.load(corner, skew), 1, 3);
    const low1 = v128.load(corner, skew + 16);
    const low2 = v128.load(corner, 2 * skew + 16);
    const low3 = v128.shuffle<f64>(low2, v128.load(corner, 3 * skew + 16), 1, 3);
    const top2 = v128.shuffle<f64>(low0, low1, 0, 2);
    const top3 = v128.shuffle<f64>(low0, low1, 1, 3);
    const top = f64x2.add(madd(f1, top1, f64x2.mul(f0, top0)), madd(f3, top3, f64x2.mul(f2, top2)));
    const low = f64x2.add(madd(f1, low1, f64x2.mul(f0, low0)), madd(f3, low3, f64x2.mul(f2, low2)));
    const sums01 = f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3));
    const sums23 = f64x2.add(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3));
    v128.store(y + at, f64x2.add(v128.load(y + at), f64x2.add(sums01, top)));
    v128.store(y + at, f64x2.add(v128.load(y + at, 16), f64x2.add(sums23, low)), 16);
  }
}

/** D <- D + v y' + y v'. */
@inline
function update(diagonal: usize, bytes: usize, v: usize, y: usize): void {
  for (let at: usize = 0; at < bytes; at += 32) {
    const corner = diagonal + at * bandPitch;
    const x = corner - at;
    const v0 = v128.load64_splat(v + at);
    const v1 = v128.load64_splat(v + at, 8);
    const v2 = v128.load64_splat(v + at, 16);
    const v3 = v128.load64_splat(v + at, 24);
    const y0 = v128.load64_splat(y + at);
    const y1 = v128.load64_splat(y + at, 8);
    const y2 = v128.load64_splat(y + at, 16);
    const y3 = v128.load64_splat(y + at, 24);
    // Rows 0 and 1: of the columns on the diagonal what is under it.
    let a = v128.load(v + at);
    let b = v128.load(y + at);
    v128.store(corner, madd(y0, a, madd(v0, b, v128.load(corner))));
    v128.store64_lane(corner, madd(y1, a, madd(v1, b, v128.load(corner, skew))), 1, skew + 8);
    a = v128.load(v + at, 16);
    b = v128.load(y + at, 16);
    v128.store(corner, madd(y0, a, madd(v0, b, v128.load(corner, 16))), 16);
    v128.store(corner, madd(y1, a, madd(v1, b, v128.load(corner, skew + 16))), skew + 16);
    v128.store(corner, madd(y2, a, madd(v2, b, v128.load(corner, 2 * skew + 16))), 2 * skew + 16);
    v128.store64_lane(corner, madd(y3, a, madd(v3, b, v128.load(corner, 3 * skew + 16))), 1, 3 * skew + 24);
    for (let row = at + 32; row < bytes; row += 16) {
      a = v128.load(v + row);
      b = v128.load(y + row);
      v128.store(x + row, madd(y0, a, madd(v0, b, v128.load(x + row))));
      v128.store(x + row, madd(y1, a, madd(v1, b, v128.load(x + row, skew))), skew);
      v128.store(x + row, madd(y2, a, madd(v2, b, v128.load(x + row, 2 * skew))), 2 * skew);
      v128.store(x + row, madd(y3, a, madd(v3, b, v128.load(x + row, 3 * skew))), 3 * skew);
    }
  }
}
