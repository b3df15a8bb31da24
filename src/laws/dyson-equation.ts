import { ConvergenceError } from "../errors.ts";
import { type Population, totalOf } from "./population.ts";
import { supportEdges } from "./support-edges.ts";

/** Edges of the support that two spectra of variances make, and the solution between them. */
export interface DysonSolution {
  readonly lower: number;
  readonly upper: number;
  density(x: number): number;
  tail(x: number): number;
}

/** Points of the table that the iteration starts from. */
const tablePoints = 128;
/** A step this small, relative, ends the iteration; over |1 - T'|, which enlarges its rounding. */
const smallestStep = 2 ** -51;

/**
 * Solves for the eigenvalues of `W'W / N` when the entry at row i and column j has variance `a_i b_j`.
 *
 *     E = -sum_i w_i a_i / (y + G a_i),   G = -sum_j w_j b_j / (y + E b_j),   Im E, Im G > 0,   x = y^2
 *
 * with weights 1 / N a row or column. With h = -E G, which times -1 is the moment generating function at 1/x,
 *
 *     density = Im h / (pi x m)
 *     P(X > x) = [ sum_i w_i arg(y + G a_i) + sum_j w_j arg(y + E b_j) - Im h ] / (pi m),   m = smaller sum of weights
 *
 * so that the distribution needs no quadrature. Outside the support everything is real, and
 * `x = -h / (e g)` runs along a curve of h; the edges are where it turns.
 *
 * Newton on G alone, from a table of solutions along the support; where it leaves the upper half plane, the
 * damped fixed point iteration from a complex x, which contracts, is followed down to the axis.
 *
 * @param rows - a_i with weights. @param columns - b_j with weights.
 * @throws {ConvergenceError} If the iteration does not settle: a fault of ours.
 * @source the equations: Zhang 2006, thesis; Hachem, Loubaton & Najim 2007, Ann. Appl. Probab. 17:875-930;
 *   edges: Silverstein & Choi 1995, J. Multivariate Anal. 54:295-309; Couillet & Hachem 2014, Random Matrices
 *   Theory Appl. 3:1450016.
 */
export function solveDyson(rows: Population, columns: Population): DysonSolution {
  const [larger, smaller] = totalOf(rows) >= totalOf(columns) ? [rows, columns] : [columns, rows];
  const mass = totalOf(smaller);
  const edges = supportEdges(larger, smaller);
  const { lower, upper } = edges;

  // State of the iteration: G, then E, T(G) and T'(G), as real and imaginary parts.
  const sums = new Float64Array(4);
  const state = new Float64Array(8);
  /** sum w v / (y + g v) and sum w v^2 / (y + g v)^2. */
  const sumOver = ({ values, weights }: Population, yr: number, yi: number, gr: number, gi: number) => {
    let [ar, ai, br, bi] = [0, 0, 0, 0];
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
    sumOver(larger, yr, yi, state[0]!, state[1]!);
    const [pr, pi] = [sums[2]!, sums[3]!];
    state[2] = -sums[0]!;
    state[3] = -sums[1]!;
    sumOver(smaller, yr, yi, state[2]!, state[3]!);
    state[4] = -sums[0]!;
    state[5] = -sums[1]!;
    state[6] = pr * sums[2]! - pi * sums[3]!;
    state[7] = pr * sums[3]! + pi * sums[2]!;
  };

  /** Newton from the G in the state, damped iteration where it would leave the half plane. */
  const settle = (yr: number, yi: number, most: number): boolean => {
    let before = Number.POSITIVE_INFINITY;
    for (let i = 0; i < most; i++) {
      evaluate(yr, yi);
      const [gr, gi] = [state[0]!, state[1]!];
      const [fr, fi] = [state[4]! - gr, state[5]! - gi];
      const [dr, di] = [1 - state[6]!, -state[7]!];
      const square = dr * dr + di * di;
      let sr = (fr * dr + fi * di) / square;
      let si = (fi * dr - fr * di) / square;
      const size = Math.hypot(gr, gi);
      let step = Math.hypot(sr, si);
      if (!(gi + si > 0) || !(step < size)) {
        sr = fr / 2;
        si = fi / 2;
        step = Number.POSITIVE_INFINITY;
      }
      const least = (smallestStep * size) / Math.min(1, Math.sqrt(square));
      if (step <= least || (step < 1e-7 * size && step > before / 4)) {
        // Between bulks there are other real roots, at which the fixed point repels.
        return state[6]! ** 2 + state[7]! ** 2 < 1 + 1e-6;
      }
      state[0] = gr + sr;
      state[1] = gi + si;
      before = step;
    }
    return false;
  };

  /** From where the fixed point contracts strongly down to the real axis. */
  const descend = (y: number): void => {
    state[0] = 0;
    state[1] = Math.sqrt(mass);
    for (let height = 2 * upper; height > 1e-13 * y * y; height /= 4) {
      const modulus = Math.hypot(y * y, height);
      const yr = Math.sqrt((modulus + y * y) / 2);
      if (!settle(yr, height / (2 * yr), 2000)) throw new ConvergenceError(`Dyson equation at ${y * y}`);
    }
    const [gr, gi] = [state[0]!, state[1]!];
    if (settle(y, 0, 40)) return;
    state[0] = gr; // between bulks, where the solution is real
    state[1] = gi;
    evaluate(y, 0);
  };

  const [yLower, yUpper] = [Math.sqrt(lower), Math.sqrt(upper)];
  const table = new Float64Array(2 * (tablePoints + 1));
  const yAt = (k: number) => yLower + (yUpper - yLower) * Math.sin((Math.PI * k) / (2 * tablePoints)) ** 2;
  const middle = tablePoints / 2;
  for (const direction of [1, -1]) {
    for (let k = middle; k > 0 && k < tablePoints; k += direction) {
      const y = yAt(k);
      const before = 2 * (k - direction);
      const twice = 2 * (k - 2 * direction);
      const extrapolate = Math.abs(k - middle) > 1 ? 1 : 0;
      let settled = false;
      if (k !== middle) {
        state[0] = table[before]! + extrapolate * (table[before]! - table[twice]!);
        state[1] = table[before + 1]! + extrapolate * (table[before + 1]! - table[twice + 1]!);
        if (!(state[1]! > 0)) state[1] = table[before + 1]! / 2;
        settled = settle(y, 0, 12);
      }
      if (!settled) descend(y);
      table[2 * k] = state[0]!;
      table[2 * k + 1] = state[1]!;
    }
  }
  table[2 * tablePoints] = yUpper * edges.atUpper;
  if (lower > 0) table[0] = yLower * edges.atLower;
  else {
    table[0] = table[2]!;
    table[1] = table[3]!;
  }

  const at = (x: number): void => {
    const y = Math.sqrt(x);
    const place =
      (2 * tablePoints * Math.asin(Math.sqrt(Math.min(1, (y - yLower) / (yUpper - yLower))))) / Math.PI;
    const k = Math.max(0, Math.min(tablePoints - 1, Math.floor(place)));
    const share = place - k;
    for (const part of [0, 1]) {
      const here = table[2 * k + part]!;
      state[part] = here + share * (table[2 * k + 2 + part]! - here);
    }
    if (!(state[1]! > 0) || !settle(y, 0, 20)) descend(y);
  };
  const imaginary = (): number => Math.max(0, -(state[2]! * state[1]! + state[3]! * state[0]!));

  return {
    lower,
    upper,
    density(x) {
      at(x);
      return imaginary() / (Math.PI * x * mass);
    },
    tail(x) {
      at(x);
      const y = Math.sqrt(x);
      let sum = -imaginary();
      for (const [side, re, im] of [
        [larger, state[0]!, state[1]!],
        [smaller, state[2]!, state[3]!],
      ] as const) {
        for (let i = 0; i < side.values.length; i++) {
          sum += side.weights[i]! * Math.atan2(im * side.values[i]!, y + re * side.values[i]!);
        }
      }
      return sum / (Math.PI * mass);
    },
  };
}
