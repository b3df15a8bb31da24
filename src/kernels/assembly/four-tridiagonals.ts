import { leastNorm, mostNorm, mostSweeps, negligible, step } from "./ql";

// The sweeps of four tridiagonal matrices at once, one a lane: a third of the time of one after the other.

/** Bytes of a row of four matrices: entry i of all four next to each other. */
const rowOfFour: usize = 32;
/** What is this far below has lost digits to underflow. */
const tiny: f64 = 1e-290;

/** The Wilkinson shift of two lanes, of rows with diagonals a and b and squared off-diagonal e. */
@inline
function shiftOf(a: v128, b: v128, e: v128): v128 {
  const root = f64x2.sqrt(e);
  // Where e is 0 the row has converged: any shift does, and 0 / 0 must not come of it.
  const safe = f64x2.max(root, f64x2.splat(1e-300));
  const ratio = f64x2.div(f64x2.sub(b, a), f64x2.add(safe, safe));
  // Large ratios square to infinity: 1e140 is far beyond where the 1 matters.
  const bounded = f64x2.max(f64x2.min(ratio, f64x2.splat(1e140)), f64x2.splat(-1e140));
  const hypotenuse = f64x2.sqrt(f64x2.add(f64x2.mul(bounded, bounded), f64x2.splat(1)));
  const sign = v128.and(bounded, f64x2.splat(-0.0));
  return f64x2.sub(a, f64x2.div(root, f64x2.add(bounded, v128.or(hypotenuse, sign))));
}

@inline
function isOut(norm: v128): v128 {
  return v128.or(f64x2.lt(norm, f64x2.splat(leastNorm)), f64x2.gt(norm, f64x2.splat(mostNorm)));
}

/** What brings a norm that is out of range back, as a factor of u. */
@inline
function factorOf(norm: v128): v128 {
  const one = f64x2.splat(1);
  const less = v128.bitselect(f64x2.splat(1 / step), one, f64x2.gt(norm, f64x2.splat(mostNorm)));
  return v128.bitselect(f64x2.splat(step), less, f64x2.lt(norm, f64x2.splat(leastNorm)));
}

/** Entry i of one of four, the last first: QL meets the small end first. @param lane - where its first entry goes. */
export function keepLane(from: usize, order: i32, lane: usize): void {
  for (let at = from + (<usize>order << 3); at > from; lane += rowOfFour) {
    at -= 8;
    store<f64>(lane, load<f64>(at));
  }
}

/** Entries of one of four, one after the other. */
export function takeLane(lane: usize, order: i32, to: usize): void {
  for (const end = to + (<usize>order << 3); to < end; to += 8) {
    store<f64>(to, load<f64>(lane));
    lane += rowOfFour;
  }
}

/**
 * Four tridiagonal matrices of `order` rows at once, entry by entry, two to a vector: their eigenvalues replace `d`,
 * unsorted. All sweep over the same rows; one whose rows have converged sweeps on without harm. Returns 0, or 1 when an
 * eigenvalue needed too many sweeps.
 */
export function fourTridiagonals(d: usize, e: usize, order: i32): i32 {
  const last = order - 1;
  let l = 0;
  let sweeps = 0;
  while (l < last) {
    const row = d + <usize>l * rowOfFour;
    const off = e + <usize>l * rowOfFour;
    const a0 = v128.load(row);
    const a1 = v128.load(row, 16);
    const b0 = v128.load(row, 32);
    const b1 = v128.load(row, 48);
    const e0 = v128.load(off);
    const e1 = v128.load(off, 16);
    const least = f64x2.splat(negligible);
    const open = v128.or(
      f64x2.gt(e0, f64x2.add(f64x2.mul(least, f64x2.abs(f64x2.mul(a0, b0))), f64x2.splat(tiny))),
      f64x2.gt(e1, f64x2.add(f64x2.mul(least, f64x2.abs(f64x2.mul(a1, b1))), f64x2.splat(tiny))),
    );
    if (!v128.any_true(open)) {
      l++;
      sweeps = 0;
      continue;
    }
    // A lane may have to wait for three others.
    if (++sweeps > 2 * mostSweeps) return 1;
    sweepFour(d, e, l, last, shiftOf(a0, b0, e0), shiftOf(a1, b1, e1));
  }
  return 0;
}

/** {@link sweep} of four matrices, from the last row to row l. */
function sweepFour(d: usize, e: usize, l: i32, last: i32, shift0: v128, shift1: v128): void {
  const first = <usize>l * rowOfFour;
  const top = <usize>(last - 1) * rowOfFour;
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let gamma0 = f64x2.sub(v128.load(d + top, 32), shift0);
  let gamma1 = f64x2.sub(v128.load(d + top, 48), shift1);
  let below0 = one;
  let below1 = one;
  let u0 = gamma0;
  let u1 = gamma1;
  let w0 = one;
  let w1 = one;
  let inverse0 = one;
  let inverse1 = one;
  let sine0 = zero;
  let sine1 = zero;
  let at = top + rowOfFour;
  do {
    at -= rowOfFour;
    const square0 = v128.load(e + at);
    const square1 = v128.load(e + at, 16);
    let turned0 = f64x2.mul(square0, w0);
    let turned1 = f64x2.mul(square1, w1);
    let norm0 = f64x2.add(f64x2.mul(u0, u0), turned0);
    let norm1 = f64x2.add(f64x2.mul(u1, u1), turned1);
    if (at != top) {
      v128.store(e + at, f64x2.mul(sine0, f64x2.mul(norm0, inverse0)), 32);
      v128.store(e + at, f64x2.mul(sine1, f64x2.mul(norm1, inverse1)), 48);
    }
    if (v128.any_true(v128.or(isOut(norm0), isOut(norm1)))) {
      const factor0 = factorOf(norm0);
      const factor1 = factorOf(norm1);
      u0 = f64x2.mul(u0, factor0);
      u1 = f64x2.mul(u1, factor1);
      below0 = f64x2.mul(below0, factor0);
      below1 = f64x2.mul(below1, factor1);
      turned0 = f64x2.mul(square0, f64x2.mul(w0, f64x2.mul(factor0, factor0)));
      turned1 = f64x2.mul(square1, f64x2.mul(w1, f64x2.mul(factor1, factor1)));
      // Anew: what was squared may have lost digits to underflow.
      norm0 = f64x2.add(f64x2.mul(u0, u0), turned0);
      norm1 = f64x2.add(f64x2.mul(u1, u1), turned1);
      // Nothing below and nothing left: the next row begins a block of its own.
      const isLost0 = f64x2.lt(norm0, f64x2.splat(tiny));
      const isLost1 = f64x2.lt(norm1, f64x2.splat(tiny));
      u0 = v128.bitselect(one, u0, isLost0);
      u1 = v128.bitselect(one, u1, isLost1);
      norm0 = v128.bitselect(one, norm0, isLost0);
      norm1 = v128.bitselect(one, norm1, isLost1);
    }
    const alpha0 = v128.load(d + at);
    const alpha1 = v128.load(d + at, 16);
    const next0 = f64x2.sub(f64x2.mul(f64x2.sub(alpha0, shift0), u0), f64x2.mul(square0, below0));
    const next1 = f64x2.sub(f64x2.mul(f64x2.sub(alpha1, shift1), u1), f64x2.mul(square1, below1));
    inverse0 = f64x2.div(one, norm0);
    inverse1 = f64x2.div(one, norm1);
    sine0 = f64x2.mul(turned0, inverse0);
    sine1 = f64x2.mul(turned1, inverse1);
    const oldGamma0 = gamma0;
    const oldGamma1 = gamma1;
    gamma0 = f64x2.mul(f64x2.mul(u0, inverse0), next0);
    gamma1 = f64x2.mul(f64x2.mul(u1, inverse1), next1);
    v128.store(d + at, f64x2.add(oldGamma0, f64x2.sub(alpha0, gamma0)), 32);
    v128.store(d + at, f64x2.add(oldGamma1, f64x2.sub(alpha1, gamma1)), 48);
    below0 = u0;
    below1 = u1;
    u0 = next0;
    u1 = next1;
    w0 = norm0;
    w1 = norm1;
  } while (at > first);
  v128.store(e + first, f64x2.mul(sine0, f64x2.mul(f64x2.mul(u0, u0), inverse0)));
  v128.store(e + first, f64x2.mul(sine1, f64x2.mul(f64x2.mul(u1, u1), inverse1)), 16);
  v128.store(d + first, f64x2.add(shift0, gamma0));
  v128.store(d + first, f64x2.add(shift1, gamma1), 16);
}
