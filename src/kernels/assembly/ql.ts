// Eigenvalues of a tridiagonal matrix: `linalg/tridiagonal-eigenvalues.ts` says how, this is the same as a kernel.

const negligible: f64 = 1.2325951644078309e-32; // (eps / 2)^2
const mostSweeps: i32 = 60;
const leastNorm: f64 = 4.6816763546921983e-97; // 2^-320
const mostNorm: f64 = 2.1359870359209101e96; // 2^320
const step: f64 = 1.4615016373309029e48; // 2^160

/**
 * The tridiagonal matrix of `order` rows with diagonals at `d` and squared off-diagonals at `e`: its eigenvalues
 * replace `d`, unsorted. Squares up to `floor` count as zero. Returns 0, or 1 when an eigenvalue needed too many sweeps.
 */
export function tridiagonal(d: usize, e: usize, order: i32, floor: f64): i32 {
  let start = 0;
  while (start < order) {
    const end = blockEnd(d, e, start, order - 1, floor);
    if (end > start && solveBlock(d, e, start, end, floor) != 0) return 1;
    start = end + 1;
  }
  return 0;
}

/** The first row from `from` on whose off-diagonal is negligible, or the last; that off-diagonal becomes 0. */
function blockEnd(d: usize, e: usize, from: i32, last: i32, floor: f64): i32 {
  let at = <usize>from << 3;
  const end = <usize>last << 3;
  let a = load<f64>(d + at);
  while (at < end) {
    const b = load<f64>(d + at, 8);
    if (load<f64>(e + at) <= negligible * Math.abs(a * b) + floor) {
      store<f64>(e + at, 0);
      break;
    }
    a = b;
    at += 8;
  }
  return <i32>(at >> 3);
}

/** Reverses `count` entries. */
function reverse(x: usize, count: i32): void {
  let low = x;
  let high = x + (<usize>(count - 1) << 3);
  while (low < high) {
    const entry = load<f64>(low);
    store<f64>(low, load<f64>(high));
    store<f64>(high, entry);
    low += 8;
    high -= 8;
  }
}

function solveBlock(d: usize, e: usize, start: i32, end: i32, floor: f64): i32 {
  const first = d + (<usize>start << 3);
  if (Math.abs(load<f64>(d + (<usize>end << 3))) < Math.abs(load<f64>(first))) {
    reverse(first, end - start + 1);
    reverse(e + (<usize>start << 3), end - start);
  }
  let l = start;
  let m = -1;
  let sweeps = 0;
  while (l <= end) {
    if (m < l) m = blockEnd(d, e, l, end, floor);
    else if (m < end) store<f64>(e + (<usize>m << 3), 0);
    if (m == l) {
      l++;
      sweeps = 0;
      continue;
    }
    const row = d + (<usize>l << 3);
    const off = e + (<usize>l << 3);
    const a = load<f64>(row);
    const b = load<f64>(row, 8);
    const square = load<f64>(off);
    if (m == l + 1) {
      const half = (a - b) / 2;
      const middle = (a + b) / 2;
      const root = Math.sqrt(half * half + square);
      const far = middle + (middle < 0 ? -root : root);
      store<f64>(row, far == 0 ? 0 : (a / far) * b - square / far);
      store<f64>(row, far, 8);
      store<f64>(off, 0);
      l += 2;
      sweeps = 0;
      continue;
    }
    if (++sweeps > mostSweeps) return 1;
    const root = Math.sqrt(square);
    const ratio = (b - a) / (2 * root);
    const hypotenuse = Math.abs(ratio) < 1e150 ? Math.sqrt(ratio * ratio + 1) : Math.abs(ratio);
    m = sweep(d, e, l, m, a - root / (ratio + (ratio < 0 ? -hypotenuse : hypotenuse)), floor);
  }
  return 0;
}

/** One sweep from row m up to row l; returns the row where the block now ends. */
function sweep(d: usize, e: usize, l: i32, m: i32, shift: f64, floor: f64): i32 {
  const first = <usize>l << 3;
  const top = <usize>(m - 1) << 3;
  let split = <usize>m << 3;
  let gamma = load<f64>(d + top, 8) - shift;
  let below: f64 = 1;
  let u = gamma;
  let w: f64 = 1;
  let inverse: f64 = 1;
  let sine: f64 = 0;
  let above: f64 = 0;
  let at = top + 8;
  do {
    at -= 8;
    const square = load<f64>(e + at);
    const alpha = load<f64>(d + at);
    const turned = square * w;
    const norm = u * u + turned;
    const off = sine * (norm * inverse);
    const next = (alpha - shift) * u - square * below;
    inverse = 1 / norm;
    sine = turned * inverse;
    const oldGamma = gamma;
    gamma = u * inverse * next;
    const diagonal = oldGamma + (alpha - gamma);
    store<f64>(d + at, diagonal, 8);
    if (at != top) {
      store<f64>(e + at, off, 8);
      if (off <= negligible * Math.abs(diagonal * above) + floor) split = at + 8;
    }
    above = diagonal;
    below = u;
    u = next;
    w = norm;
    if (norm < leastNorm || norm > mostNorm) {
      const factor = norm < leastNorm ? step : 1 / step;
      below *= factor;
      u *= factor;
      w *= factor * factor;
      inverse /= factor * factor;
    }
  } while (at > first);
  const off = sine * (u * u * inverse);
  const last = shift + gamma;
  store<f64>(e + first, off);
  store<f64>(d + first, last);
  if (off <= negligible * Math.abs(last * above) + floor) split = first;
  return <i32>(split >> 3);
}

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
