import { addFour, addToFour, addToFourAndDot, addTwoToFour, sum0, sum1, sum2, sum3, symmetricFour } from "./four-columns";
import { bandPitch, madd, skew } from "./layout";
import { dot, findReflection, newHead, scaleOfRest } from "./reflect";

// One sweep of band to tridiagonal: column s loses all but its first off-diagonal entry, and the bulge that this makes
// is chased down the band, a step for each diagonal block that it passes. A step of a sweep may be taken once the sweep
// before has taken the one after it: sweeps follow each other at a distance of two steps, in one thread or in several.
// Lang 1993, SIAM J. Sci. Comput. 14:1320-1338; Murata & Horikoshi 1975.
//
// The band is stored by columns, the diagonal first; `width` is 16 or 32. A sweep under way is kept at `sweep`: the
// first row of its next step, tau, and three vectors of `width` entries: the reflection, room for the next, and w.

/** Bytes before the vectors of a sweep. */
const head: usize = 16;

/** Begins sweep `s`, of column `s`. */
export function beginSweep(band: usize, order: i32, width: i32, s: i32, sweep: usize): void {
  const first = s + 1;
  store<i32>(sweep, first);
  const length = min(width, order - first);
  store<f64>(sweep, takeReflection(band + <usize>(s * bandPitch + 1) * 8, length, sweep + head), 8);
}

/** Takes up to `steps` steps of a sweep; returns 1 when it is at its end. */
export function chase(band: usize, order: i32, width: i32, steps: i32, sweep: usize): i32 {
  const room = <usize>width * 8;
  let v = sweep + head;
  let next = v + room;
  const w = next + room;
  let first = load<i32>(sweep);
  // The reflection that clears the column below row `first`.
  let tau = load<f64>(sweep, 8);
  while (first < order - 1 && steps-- > 0) {
    const length = min(width, order - first);
    if (tau != 0) reflectDiagonal(band, first, length, v, w, tau);
    const below = first + length;
    const height = min(width, order - below);
    if (height <= 0) return 1;
    // The block below the diagonal one, from the right, B <- B (I - tau v v'), and then from the left by the
    // reflection that clears its first column. A block with rows below it is whole: its columns are a multiple of 4.
    const block = band + <usize>(first * bandPitch + length) * 8;
    if (tau != 0) multiplyFromRight(block, length, height, v, tau, w);
    const nextTau = takeReflection(block, height, next);
    reflectRest(block, length, height, v, tau, w, next, nextTau);
    const used = v;
    v = next;
    next = used;
    tau = nextTau;
    first = below;
  }
  if (first >= order - 1) return 1;
  store<i32>(sweep, first);
  store<f64>(sweep, tau, 8);
  if (v != sweep + head) memory.copy(sweep + head, v, room);
  return 0;
}

/** w <- B v, and the first four columns of B <- B - tau w v'. */
@inline
function multiplyFromRight(block: usize, columns: i32, n: i32, v: usize, tau: f64, w: usize): void {
  clear(w, n);
  const end = v + <usize>columns * 8;
  let x = block;
  for (let c = v; c < end; c += 32) {
    addFour(w, x, load<f64>(c), load<f64>(c, 8), load<f64>(c, 16), load<f64>(c, 24), n);
    x += 4 * skew;
  }
  const v0 = -tau * load<f64>(v);
  const v1 = -tau * load<f64>(v, 8);
  addToFour(block, v0, v1, -tau * load<f64>(v, 16), -tau * load<f64>(v, 24), w, n);
}

/** Sets `n` entries to zero: shorter here than what the engine does for `memory.fill`. */
@inline
function clear(w: usize, n: i32): void {
  const end = w + <usize>n * 8;
  for (; w < end; w += 8) store<f64>(w, 0);
}

/** Takes column x to (beta, 0, ..., 0) and leaves the reflection that does so in v; returns tau. */
function takeReflection(x: usize, n: i32, v: usize): f64 {
  const tau = findReflection(x, n);
  if (tau == 0) return 0;
  const factor = f64x2.splat(scaleOfRest);
  const bytes2 = <usize>(n & ~1) * 8;
  const zero = f64x2.splat(0);
  for (let at: usize = 0; at < bytes2; at += 16) {
    v128.store(v + at, f64x2.mul(factor, v128.load(x + at)));
    v128.store(x + at, zero);
  }
  if (n & 1) {
    store<f64>(v + bytes2, scaleOfRest * load<f64>(x + bytes2));
    store<f64>(x + bytes2, 0);
  }
  store<f64>(v, 1);
  store<f64>(x, newHead);
  return tau;
}

/** All columns of a block but the first, the right factor already in the first four: x <- (I - tau u u') (x - rightTau v_x w). */
function reflectRest(
  block: usize,
  columns: i32,
  n: i32,
  v: usize,
  rightTau: f64,
  w: usize,
  u: usize,
  tau: f64,
): void {
  if (tau != 0) {
    addToFourAndDot(block, 0, 0, 0, 0, w, u, n);
    addToFour(block, 0, -tau * sum1, -tau * sum2, -tau * sum3, u, n);
  }
  let x = block + 4 * skew;
  const end = v + <usize>columns * 8;
  for (let c = v + 32; c < end; c += 32) {
    const c0 = -rightTau * load<f64>(c);
    const c1 = -rightTau * load<f64>(c, 8);
    const c2 = -rightTau * load<f64>(c, 16);
    const c3 = -rightTau * load<f64>(c, 24);
    if (tau != 0) {
      addToFourAndDot(x, c0, c1, c2, c3, w, u, n);
      addToFour(x, -tau * sum0, -tau * sum1, -tau * sum2, -tau * sum3, u, n);
    } else addToFour(x, c0, c1, c2, c3, w, n);
    x += 4 * skew;
  }
}

/**
 * D <- (I - tau v v') D (I - tau v v') on the lower triangle of a diagonal block, as D <- D - v w' - w v' with
 * w = tau D v - (tau^2 v' D v / 2) v. Four columns at a time: the small triangle on the diagonal, then what is below.
 */
function reflectDiagonal(band: usize, first: i32, n: i32, v: usize, w: usize, tau: f64): void {
  const diagonal = band + <usize>(first * bandPitch) * 8;
  const step = <usize>(bandPitch * 4) * 8;
  clear(w, n);
  let corner = diagonal;
  let at: usize = 0;
  for (let left = n; left > 0; left -= 4) {
    multiplyCorner(corner, min(left, 4), v + at, w + at);
    if (left > 4) symmetricFour(w + at + 32, v + at + 32, corner + 32, v + at, w + at, left - 4);
    corner += step;
    at += 32;
  }
  const correction = 0.5 * tau * dot(w, v, n);
  scaleRest(w, v, n, tau, correction);
  corner = diagonal;
  at = 0;
  for (let left = n; left > 0; left -= 4) {
    updateCorner(corner, min(left, 4), v + at, w + at);
    if (left > 4) addTwoToFour(corner + 32, v + at, w + at, v + at + 32, w + at + 32, left - 4);
    corner += step;
    at += 32;
  }
}

/** w <- tau (w - correction v). */
@inline
function scaleRest(w: usize, v: usize, n: i32, tau: f64, correction: f64): void {
  const factor = f64x2.splat(tau);
  const less = f64x2.splat(-correction);
  const bytes2 = <usize>(n & ~1) * 8;
  for (let at: usize = 0; at < bytes2; at += 16) {
    v128.store(w + at, f64x2.mul(factor, madd(less, v128.load(v + at), v128.load(w + at))));
  }
  if (n & 1) store<f64>(w + bytes2, tau * (load<f64>(w + bytes2) - correction * load<f64>(v + bytes2)));
}

/** w <- w + D v for a triangle of `n` <= 4 rows. */
@inline
function multiplyCorner(corner: usize, n: i32, v: usize, w: usize): void {
  if (n == 4) {
    const v0 = load<f64>(v);
    const v1 = load<f64>(v, 8);
    const v2 = load<f64>(v, 16);
    const v3 = load<f64>(v, 24);
    const d10 = load<f64>(corner, 8);
    const d20 = load<f64>(corner, 16);
    const d30 = load<f64>(corner, 24);
    const d21 = load<f64>(corner, 8 + skew + 8);
    const d31 = load<f64>(corner, 8 + skew + 16);
    const d32 = load<f64>(corner, 16 + 2 * skew + 8);
    store<f64>(w, load<f64>(w) + (load<f64>(corner) * v0 + d10 * v1) + (d20 * v2 + d30 * v3));
    const w1 = load<f64>(w, 8) + (d10 * v0 + load<f64>(corner, 8 + skew) * v1);
    store<f64>(w, w1 + (d21 * v2 + d31 * v3), 8);
    const w2 = load<f64>(w, 16) + (d20 * v0 + d21 * v1);
    store<f64>(w, w2 + (load<f64>(corner, 16 + 2 * skew) * v2 + d32 * v3), 16);
    const w3 = load<f64>(w, 24) + (d30 * v0 + d31 * v1);
    store<f64>(w, w3 + (d32 * v2 + load<f64>(corner, 24 + 3 * skew) * v3), 24);
    return;
  }
  for (let j = 0; j < n; j++) {
    const column = corner + <usize>(j * bandPitch) * 8;
    for (let i = j; i < n; i++) {
      const entry = load<f64>(column + <usize>(i - j) * 8);
      const wi = w + <usize>i * 8;
      const wj = w + <usize>j * 8;
      store<f64>(wi, load<f64>(wi) + entry * load<f64>(v + <usize>j * 8));
      if (i > j) store<f64>(wj, load<f64>(wj) + entry * load<f64>(v + <usize>i * 8));
    }
  }
}

/** D <- D - v w' - w v' for a triangle of `n` <= 4 rows. */
@inline
function updateCorner(corner: usize, n: i32, v: usize, w: usize): void {
  if (n == 4) {
    const v0 = load<f64>(v);
    const v1 = load<f64>(v, 8);
    const v2 = load<f64>(v, 16);
    const v3 = load<f64>(v, 24);
    const w0 = load<f64>(w);
    const w1 = load<f64>(w, 8);
    const w2 = load<f64>(w, 16);
    const w3 = load<f64>(w, 24);
    store<f64>(corner, load<f64>(corner) - 2 * v0 * w0);
    store<f64>(corner, load<f64>(corner, 8) - (v1 * w0 + w1 * v0), 8);
    store<f64>(corner, load<f64>(corner, 16) - (v2 * w0 + w2 * v0), 16);
    store<f64>(corner, load<f64>(corner, 24) - (v3 * w0 + w3 * v0), 24);
    store<f64>(corner, load<f64>(corner, 8 + skew) - 2 * v1 * w1, 8 + skew);
    store<f64>(corner, load<f64>(corner, 16 + skew) - (v2 * w1 + w2 * v1), 16 + skew);
    store<f64>(corner, load<f64>(corner, 24 + skew) - (v3 * w1 + w3 * v1), 24 + skew);
    store<f64>(corner, load<f64>(corner, 16 + 2 * skew) - 2 * v2 * w2, 16 + 2 * skew);
    store<f64>(corner, load<f64>(corner, 24 + 2 * skew) - (v3 * w2 + w3 * v2), 24 + 2 * skew);
    store<f64>(corner, load<f64>(corner, 24 + 3 * skew) - 2 * v3 * w3, 24 + 3 * skew);
    return;
  }
  for (let j = 0; j < n; j++) {
    const column = corner + <usize>(j * bandPitch) * 8;
    const vj = load<f64>(v + <usize>j * 8);
    const wj = load<f64>(w + <usize>j * 8);
    for (let i = j; i < n; i++) {
      const entry = column + <usize>(i - j) * 8;
      const change = load<f64>(v + <usize>i * 8) * wj + load<f64>(w + <usize>i * 8) * vj;
      store<f64>(entry, load<f64>(entry) - change);
    }
  }
}
