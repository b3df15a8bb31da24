// Eigenvalues of a tridiagonal matrix: `linalg/tridiagonal-eigenvalues.ts` says how, this is the same as a kernel.

export const negligible: f64 = 1.2325951644078309e-32; // (eps / 2)^2
export const mostSweeps: i32 = 60;
export const leastNorm: f64 = 4.6816763546921983e-97; // 2^-320
export const mostNorm: f64 = 2.1359870359209101e96; // 2^320
export const step: f64 = 1.4615016373309029e48; // 2^160

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
