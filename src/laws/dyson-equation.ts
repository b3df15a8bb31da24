import { dysonIteration } from "./dyson-iteration.ts";
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
  const { state, settle, descend, imaginary } = dysonIteration(larger, smaller);

  const [yLower, yUpper] = [Math.sqrt(lower), Math.sqrt(upper)];
  const yAt = (k: number) => yLower + (yUpper - yLower) * Math.sin((Math.PI * k) / (2 * tablePoints)) ** 2;
  /** G along the support, as real and imaginary parts. */
  const tabulate = (): Float64Array => {
    const table = new Float64Array(2 * (tablePoints + 1));
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
        if (!settled) descend(y, 2 * upper);
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
    return table;
  };

  // Made when a point is first asked for, and the last point kept: density and tail are often asked for together.
  let table: Float64Array | undefined;
  let last = Number.NaN;
  const at = (x: number): void => {
    if (x === last) return;
    table ??= tabulate();
    last = Number.NaN;
    const y = Math.sqrt(x);
    const place =
      (2 * tablePoints * Math.asin(Math.sqrt(Math.min(1, (y - yLower) / (yUpper - yLower))))) / Math.PI;
    const k = Math.max(0, Math.min(tablePoints - 1, Math.floor(place)));
    const share = place - k;
    for (let part = 0; part < 2; part++) {
      const here = table[2 * k + part]!;
      state[part] = here + share * (table[2 * k + 2 + part]! - here);
    }
    if (!(state[1]! > 0) || !settle(y, 0, 20)) descend(y, 2 * upper);
    last = x;
  };

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
      const sum =
        anglesOf(larger, y, state[0]!, state[1]!) + anglesOf(smaller, y, state[2]!, state[3]!) - imaginary();
      return sum / (Math.PI * mass);
    },
  };
}

/** sum w arg(y + g v), y real. */
function anglesOf({ values, weights }: Population, y: number, re: number, im: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * Math.atan2(im * values[i]!, y + re * values[i]!);
  }
  return sum;
}
