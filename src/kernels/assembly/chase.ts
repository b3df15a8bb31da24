import { applyFromBothSides, multiplyFromRight, takeReflection } from "./off-diagonal-block";
import { reflectDiagonal } from "./diagonal-block";
import { bandPitch } from "./layout";

// One sweep of band to tridiagonal: column s loses all but its first off-diagonal entry, and the bulge that this makes
// is chased down the band, a step for each diagonal block that it passes. A step of a sweep may be taken once the sweep
// before has taken the one after it: sweeps follow each other at a distance of two steps, in one thread or in several.
// Lang 1993, SIAM J. Sci. Comput. 14:1320-1338; Murata & Horikoshi 1975.
//
// The band is stored by columns, the diagonal first; `width` is 16 or 32. Behind its last column there are as many
// columns of zeros as it is wide, and more, so that each block is whole: what lies beyond the matrix stays zero. A sweep under way is kept at `sweep`:
// the first row of its next step, tau, and four vectors of `width` entries: the reflection, room for the next, and two
// that a step works on.

/** Bytes before the vectors of a sweep. */
const head: usize = 64;

/** Begins sweep `s`, of column `s`. */
export function beginSweep(band: usize, width: i32, s: i32, sweep: usize): void {
  store<i32>(sweep, s + 1);
  const column = band + <usize>(s * bandPitch + 1) * 8;
  const scaled = sweep + head + 2 * <usize>width * 8;
  memory.fill(scaled, 0, width * 8);
  store<f64>(sweep, takeReflection(column, width, scaled, sweep + head), 8);
}

/** Takes up to `steps` steps of a sweep; returns 1 when it is at its end. */
export function chase(band: usize, order: i32, width: i32, steps: i32, sweep: usize): i32 {
  const room = <usize>width * 8;
  let v = sweep + head;
  let next = v + room;
  const w = v + 2 * room;
  const z = v + 3 * room;
  let first = load<i32>(sweep);
  // The reflection that clears the column below row `first`.
  let tau = load<f64>(sweep, 8);
  while (first < order - 1 && steps-- > 0) {
    const diagonal = band + <usize>(first * bandPitch) * 8;
    first += width;
    // The block below the diagonal one, from the right, B <- B (I - tau v v'), and then from the left by the
    // reflection that clears its first column.
    const block = diagonal + room;
    let nextTau: f64 = 0;
    if (first < order) {
      multiplyFromRight(block, width, v, tau, w);
      nextTau = takeReflection(block, width, w, next);
    }
    if (tau != 0) reflectDiagonal(diagonal, width, v, z, tau);
    if (first >= order) return 1;
    applyFromBothSides(block, width, v, w, next, nextTau, z);
    const used = v;
    v = next;
    next = used;
    tau = nextTau;
  }
  if (first >= order - 1) return 1;
  store<i32>(sweep, first);
  store<f64>(sweep, tau, 8);
  if (v != sweep + head) memory.copy(sweep + head, v, room);
  return 0;
}
