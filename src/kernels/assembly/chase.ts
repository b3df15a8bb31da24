import { addScaled, dot, makeReflection } from "./reflect";

/**
 * One sweep of band to tridiagonal: column `s` loses all but its first off-diagonal entry, and the bulge that this
 * makes is chased down the band.
 *
 * The band is stored by columns, `pitch` entries apart, the diagonal first; `pitch` >= 2 `width` + 1 leaves room for
 * the bulge. `scratch` has room for 2 `width` entries.
 *
 * @source Lang 1993, SIAM J. Sci. Comput. 14:1320-1338; Murata & Horikoshi 1975.
 */
export function chaseSweep(band: usize, pitch: i32, order: i32, width: i32, s: i32, scratch: usize): void {
  const v = scratch;
  const w = scratch + <usize>width * 8;
  let column = s;
  let first = s + 1;
  while (first < order - 1) {
    const length = min(width, order - first);
    // The reflection that clears the column below row `first`.
    const head = band + <usize>(column * pitch + first - column) * 8;
    const tau = makeReflection(head, length);
    memory.copy(v, head, <usize>length * 8);
    store<f64>(v, 1);
    if (tau != 0) {
      memory.fill(head + 8, 0, <usize>(length - 1) * 8);
      // The other columns of the block left of the diagonal one: they were filled by the step before.
      for (let j = column + 1; j < first; j++) {
        const x = band + <usize>(j * pitch + first - j) * 8;
        addScaled(x, -tau * dot(v, x, length), v, length);
      }
      reflectDiagonal(band, pitch, first, length, v, w, tau);
    }
    const below = first + length;
    const height = min(width, order - below);
    if (height <= 0) return;
    if (tau != 0) {
      // The block below the diagonal one, from the right: B <- B (I - tau v v').
      memory.fill(w, 0, <usize>height * 8);
      for (let j = 0; j < length; j++) {
        const x = band + <usize>((first + j) * pitch + below - first - j) * 8;
        addScaled(w, load<f64>(v + <usize>j * 8), x, height);
      }
      for (let j = 0; j < length; j++) {
        const x = band + <usize>((first + j) * pitch + below - first - j) * 8;
        addScaled(x, -tau * load<f64>(v + <usize>j * 8), w, height);
      }
    }
    column = first;
    first = below;
  }
}

/** D <- (I - tau v v') D (I - tau v v') on the lower triangle of a diagonal block. */
function reflectDiagonal(band: usize, pitch: i32, first: i32, n: i32, v: usize, w: usize, tau: f64): void {
  memory.fill(w, 0, <usize>n * 8);
  for (let j = 0; j < n; j++) {
    const column = band + <usize>((first + j) * pitch) * 8;
    const vj = load<f64>(v + <usize>j * 8);
    const below = n - 1 - j;
    const sum =
      load<f64>(column) * vj + dot(column + 8, v + <usize>(j + 1) * 8, below);
    store<f64>(w + <usize>j * 8, load<f64>(w + <usize>j * 8) + sum);
    addScaled(w + <usize>(j + 1) * 8, vj, column + 8, below);
  }
  const correction = 0.5 * tau * dot(w, v, n);
  for (let j = 0; j < n; j++) {
    const at = <usize>j * 8;
    store<f64>(w + at, tau * (load<f64>(w + at) - correction * load<f64>(v + at)));
  }
  for (let j = 0; j < n; j++) {
    const column = band + <usize>((first + j) * pitch) * 8;
    const at = <usize>j * 8;
    const vj = -load<f64>(v + at);
    const wj = -load<f64>(w + at);
    addScaled(column, vj, w + at, n - j);
    addScaled(column, wj, v + at, n - j);
  }
}
