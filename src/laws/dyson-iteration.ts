import { ConvergenceError } from "../errors.ts";
import type { Population } from "./population.ts";

/** A step this small, relative, ends the iteration; over |1 - T'|, which enlarges its rounding. */
const smallestStep = 2 ** -51;
/** What a tail needs, whose first derivative by the solution is 0. */
const stepForTail = 2 ** -28;

/** The pair of equations at one point at a time: start values are written to `state`, and so are solutions. */
export interface DysonIteration {
  /** G, then E: real and imaginary parts. */
  readonly state: Float64Array;
  /** Newton from the G in the state, at y = yr + i yi: whether it came to the solution within so many steps. */
  settle(yr: number, yi: number, most: number, forTail?: boolean): boolean;
  /** To the real y from where the fixed point contracts strongly: from x + i height. Starts from nothing. */
  descend(y: number, height: number): void;
  /** Im h of the state, 0 where rounding makes it negative. */
  imaginary(): number;
}

/**
 * Newton on G alone for the equations of {@link solveDyson}; where it would leave the upper half plane, a damped step
 * of the fixed point.
 *
 *     G = T(G),   T(G) = -sum_j w_j b_j / (y + E b_j),   E = -sum_i w_i a_i / (y + G a_i)
 *
 * @param larger - a_i with weights; values may be changed between calls. @param smaller - b_j, likewise.
 */
export function dysonIteration(larger: Population, smaller: Population): DysonIteration {
  const mass = smaller.weights;
  // G, then E, T(G) and T'(G), as real and imaginary parts.
  const state = new Float64Array(8);
  const sums = new Float64Array(4);
  /** sum w v / (y + g v) and sum w v^2 / (y + g v)^2. */
  const sumOver = (values: Float64Array, weights: Float64Array, yr: number, yi: number, at: number) => {
    const gr = state[at]!;
    const gi = state[at + 1]!;
    let ar = 0;
    let ai = 0;
    let br = 0;
    let bi = 0;
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      const w = weights[i]!;
      const cr = yr + gr * v;
      const ci = yi + gi * v;
      const over = v / (cr * cr + ci * ci);
      const pr = cr * over;
      const pi = -ci * over;
      ar += w * pr;
      ai += w * pi;
      br += w * (pr * pr - pi * pi);
      bi += 2 * w * pr * pi;
    }
    sums[0] = ar;
    sums[1] = ai;
    sums[2] = br;
    sums[3] = bi;
  };
  const evaluate = (yr: number, yi: number) => {
    sumOver(larger.values, larger.weights, yr, yi, 0);
    const pr = sums[2]!;
    const pi = sums[3]!;
    state[2] = -sums[0]!;
    state[3] = -sums[1]!;
    sumOver(smaller.values, smaller.weights, yr, yi, 2);
    state[4] = -sums[0]!;
    state[5] = -sums[1]!;
    state[6] = pr * sums[2]! - pi * sums[3]!;
    state[7] = pr * sums[3]! + pi * sums[2]!;
  };

  const settle = (yr: number, yi: number, most: number, forTail = false): boolean => {
    let before = Number.POSITIVE_INFINITY;
    for (let i = 0; i < most; i++) {
      evaluate(yr, yi);
      const gr = state[0]!;
      const gi = state[1]!;
      const fr = state[4]! - gr;
      const fi = state[5]! - gi;
      const dr = 1 - state[6]!;
      const di = -state[7]!;
      const square = dr * dr + di * di;
      let sr = (fr * dr + fi * di) / square;
      let si = (fi * dr - fr * di) / square;
      const size = Math.sqrt(gr * gr + gi * gi);
      let step = Math.sqrt(sr * sr + si * si);
      if (!(gi + si > 0) || !(step < size)) {
        sr = fr / 2;
        si = fi / 2;
        step = Number.POSITIVE_INFINITY;
      }
      const least = ((forTail ? stepForTail : smallestStep) * size) / Math.min(1, Math.sqrt(square));
      if (step <= least || (step < 1e-7 * size && step > before / 4)) {
        // Between bulks there are other real roots, at which the fixed point repels.
        return state[6]! * state[6]! + state[7]! * state[7]! < 1 + 1e-6;
      }
      state[0] = gr + sr;
      state[1] = gi + si;
      before = step;
    }
    return false;
  };

  return {
    state,
    settle,
    descend(y, top) {
      state[0] = 0;
      state[1] = Math.sqrt(mass.reduce((sum, weight) => sum + weight, 0));
      for (let height = top; height > 1e-13 * y * y; height /= 4) {
        const modulus = Math.hypot(y * y, height);
        const yr = Math.sqrt((modulus + y * y) / 2);
        if (!settle(yr, height / (2 * yr), 2000)) throw new ConvergenceError(`Dyson equation at ${y * y}`);
      }
      const gr = state[0]!;
      const gi = state[1]!;
      if (settle(y, 0, 40)) return;
      state[0] = gr; // between bulks, where the solution is real
      state[1] = gi;
      evaluate(y, 0);
    },
    imaginary: () => Math.max(0, -(state[2]! * state[1]! + state[3]! * state[0]!)),
  };
}
