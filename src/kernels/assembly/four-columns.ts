import { madd, skew } from "./layout";

// Four columns at once, of a band side by side: a vector that all four meet is read once, and four sums
// that don't wait for each other are under way together.

/** The four sums that the last call of `addToFourAndDot` made. */
export let sum0: f64 = 0;
export let sum1: f64 = 0;
export let sum2: f64 = 0;
export let sum3: f64 = 0;

@inline
function across(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** x_q <- x_q + c_q w, and sum_q = u' x_q of the new ones; short: rounding errors add up along the whole. */
export function addToFourAndDot(
  x: usize,
  c0: f64,
  c1: f64,
  c2: f64,
  c3: f64,
  w: usize,
  u: usize,
  n: i32,
): void {
  const f0 = f64x2.splat(c0);
  const f1 = f64x2.splat(c1);
  const f2 = f64x2.splat(c2);
  const f3 = f64x2.splat(c3);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const bytes2 = <usize>(n & ~1) * 8;
  let at: usize = 0;
  for (; at < bytes2; at += 16) {
    const w0 = v128.load(w + at);
    const u0 = v128.load(u + at);
    const x0 = madd(f0, w0, v128.load(x + at));
    v128.store(x + at, x0);
    s0 = madd(u0, x0, s0);
    const x1 = madd(f1, w0, v128.load(x + at, skew));
    v128.store(x + at, x1, skew);
    s1 = madd(u0, x1, s1);
    const x2 = madd(f2, w0, v128.load(x + at, 2 * skew));
    v128.store(x + at, x2, 2 * skew);
    s2 = madd(u0, x2, s2);
    const x3 = madd(f3, w0, v128.load(x + at, 3 * skew));
    v128.store(x + at, x3, 3 * skew);
    s3 = madd(u0, x3, s3);
  }
  sum0 = across(s0);
  sum1 = across(s1);
  sum2 = across(s2);
  sum3 = across(s3);
  if (n & 1) {
    const w0 = load<f64>(w + at);
    const u0 = load<f64>(u + at);
    const x0 = load<f64>(x + at) + c0 * w0;
    const x1 = load<f64>(x + at, skew) + c1 * w0;
    const x2 = load<f64>(x + at, 2 * skew) + c2 * w0;
    const x3 = load<f64>(x + at, 3 * skew) + c3 * w0;
    store<f64>(x + at, x0);
    store<f64>(x + at, x1, skew);
    store<f64>(x + at, x2, 2 * skew);
    store<f64>(x + at, x3, 3 * skew);
    sum0 += u0 * x0;
    sum1 += u0 * x1;
    sum2 += u0 * x2;
    sum3 += u0 * x3;
  }
}

/** x_q <- x_q + c_q v. */
export function addToFour(
  x: usize,
  c0: f64,
  c1: f64,
  c2: f64,
  c3: f64,
  v: usize,
  n: i32,
): void {
  const f0 = f64x2.splat(c0);
  const f1 = f64x2.splat(c1);
  const f2 = f64x2.splat(c2);
  const f3 = f64x2.splat(c3);
  const bytes2 = <usize>(n & ~1) * 8;
  let at: usize = 0;
  for (; at < bytes2; at += 16) {
    const v0 = v128.load(v + at);
    v128.store(x + at, madd(f0, v0, v128.load(x + at)));
    v128.store(x + at, madd(f1, v0, v128.load(x + at, skew)), skew);
    v128.store(x + at, madd(f2, v0, v128.load(x + at, 2 * skew)), 2 * skew);
    v128.store(x + at, madd(f3, v0, v128.load(x + at, 3 * skew)), 3 * skew);
  }
  if (n & 1) {
    const v0 = load<f64>(v + at);
    store<f64>(x + at, load<f64>(x + at) + c0 * v0);
    store<f64>(x + at, load<f64>(x + at, skew) + c1 * v0, skew);
    store<f64>(x + at, load<f64>(x + at, 2 * skew) + c2 * v0, 2 * skew);
    store<f64>(x + at, load<f64>(x + at, 3 * skew) + c3 * v0, 3 * skew);
  }
}

/** w <- w + sum_q c_q x_q. */
export function addFour(
  w: usize,
  x: usize,
  c0: f64,
  c1: f64,
  c2: f64,
  c3: f64,
  n: i32,
): void {
  const f0 = f64x2.splat(c0);
  const f1 = f64x2.splat(c1);
  const f2 = f64x2.splat(c2);
  const f3 = f64x2.splat(c3);
  const bytes2 = <usize>(n & ~1) * 8;
  let at: usize = 0;
  for (; at < bytes2; at += 16) {
    const left = madd(f1, v128.load(x + at, skew), madd(f0, v128.load(x + at), v128.load(w + at)));
    const right = madd(f3, v128.load(x + at, 3 * skew), f64x2.mul(f2, v128.load(x + at, 2 * skew)));
    v128.store(w + at, f64x2.add(left, right));
  }
  if (n & 1) {
    const left = load<f64>(w + at) + c0 * load<f64>(x + at) + c1 * load<f64>(x + at, skew);
    store<f64>(w + at, left + (c2 * load<f64>(x + at, 2 * skew) + c3 * load<f64>(x + at, 3 * skew)));
  }
}

/** Both halves of a symmetric product, x read once: w <- w + sum_q c_q x_q with c from `rowsV`, `rowsW` <- `rowsW` + v' x_q. */
export function symmetricFour(
  w: usize,
  v: usize,
  x: usize,
  rowsV: usize,
  rowsW: usize,
  n: i32,
): void {
  const f0 = v128.load64_splat(rowsV);
  const f1 = v128.load64_splat(rowsV, 8);
  const f2 = v128.load64_splat(rowsV, 16);
  const f3 = v128.load64_splat(rowsV, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const bytes2 = <usize>(n & ~1) * 8;
  let at: usize = 0;
  for (; at < bytes2; at += 16) {
    const v0 = v128.load(v + at);
    const a0 = v128.load(x + at);
    const a1 = v128.load(x + at, skew);
    s0 = madd(v0, a0, s0);
    s1 = madd(v0, a1, s1);
    const left = madd(f1, a1, madd(f0, a0, v128.load(w + at)));
    const a2 = v128.load(x + at, 2 * skew);
    const a3 = v128.load(x + at, 3 * skew);
    s2 = madd(v0, a2, s2);
    s3 = madd(v0, a3, s3);
    v128.store(w + at, f64x2.add(left, madd(f3, a3, f64x2.mul(f2, a2))));
  }
  let sum0 = load<f64>(rowsW) + across(s0);
  let sum1 = load<f64>(rowsW, 8) + across(s1);
  let sum2 = load<f64>(rowsW, 16) + across(s2);
  let sum3 = load<f64>(rowsW, 24) + across(s3);
  if (n & 1) {
    const v0 = load<f64>(v + at);
    const a0 = load<f64>(x + at);
    const a1 = load<f64>(x + at, skew);
    const a2 = load<f64>(x + at, 2 * skew);
    const a3 = load<f64>(x + at, 3 * skew);
    sum0 += v0 * a0;
    sum1 += v0 * a1;
    sum2 += v0 * a2;
    sum3 += v0 * a3;
    const left = load<f64>(w + at) + load<f64>(rowsV) * a0 + load<f64>(rowsV, 8) * a1;
    store<f64>(w + at, left + (load<f64>(rowsV, 16) * a2 + load<f64>(rowsV, 24) * a3));
  }
  store<f64>(rowsW, sum0);
  store<f64>(rowsW, sum1, 8);
  store<f64>(rowsW, sum2, 16);
  store<f64>(rowsW, sum3, 24);
}

/** x_q <- x_q + c_q v + e_q w, with c_q = -w_q and e_q = -v_q read from `rowsW` and `rowsV`. */
export function addTwoToFour(x: usize, rowsV: usize, rowsW: usize, v: usize, w: usize, n: i32): void {
  const bytes2 = <usize>(n & ~1) * 8;
  const v0 = f64x2.neg(v128.load64_splat(rowsV));
  const v1 = f64x2.neg(v128.load64_splat(rowsV, 8));
  const v2 = f64x2.neg(v128.load64_splat(rowsV, 16));
  const v3 = f64x2.neg(v128.load64_splat(rowsV, 24));
  const w0 = f64x2.neg(v128.load64_splat(rowsW));
  const w1 = f64x2.neg(v128.load64_splat(rowsW, 8));
  const w2 = f64x2.neg(v128.load64_splat(rowsW, 16));
  const w3 = f64x2.neg(v128.load64_splat(rowsW, 24));
  let at: usize = 0;
  for (; at < bytes2; at += 16) {
    const a = v128.load(v + at);
    const b = v128.load(w + at);
    v128.store(x + at, madd(w0, a, madd(v0, b, v128.load(x + at))));
    v128.store(x + at, madd(w1, a, madd(v1, b, v128.load(x + at, skew))), skew);
    v128.store(x + at, madd(w2, a, madd(v2, b, v128.load(x + at, 2 * skew))), 2 * skew);
    v128.store(x + at, madd(w3, a, madd(v3, b, v128.load(x + at, 3 * skew))), 3 * skew);
  }
  if (n & 1) {
    const a = load<f64>(v + at);
    const b = load<f64>(w + at);
    for (let q: usize = 0; q < 4; q++) {
      const to = x + q * skew + at;
      store<f64>(to, load<f64>(to) - load<f64>(rowsV + q * 8) * b - load<f64>(rowsW + q * 8) * a);
    }
  }
}
