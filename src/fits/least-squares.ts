/** A point of a fit: what is left over, and how it changes with each parameter (one list a parameter). */
export interface Residuals {
  readonly values: Float64Array;
  readonly slopes: readonly Float64Array[];
}

const mostSteps = 40;
/** A step that would lower the sum by less than this share of it ends the search. */
const least = 1e-5;
/** No parameter moves farther in one step. */
const longestStep = 1;

/**
 * Parameters with the least sum of squared residuals near a start: Gauss-Newton steps, shortened by a damping that
 * falls while they help and rises where they do not.
 *
 *     (J'J + d diag(J'J)) step = -J'r
 *
 * @param residualsAt - r and J, or null where the parameters make no sense.
 * @returns parameters and sum; null where the start makes no sense.
 * @source Levenberg 1944, Q. Appl. Math. 2:164-168; Marquardt 1963, J. Soc. Ind. Appl. Math. 11:431-441.
 */
export function leastSquares(
  residualsAt: (parameters: readonly number[]) => Residuals | null,
  start: readonly number[],
): { parameters: readonly number[]; sum: number } | null {
  let parameters = start;
  let here = residualsAt(start);
  if (!here) return null;
  let sum = dot(here.values, here.values);
  let damping = 1e-3;
  for (let i = 0; i < mostSteps && damping < 1e6; i++) {
    const { values, slopes } = here;
    const slopesOfSum = slopes.map((slope) => dot(slope, values));
    const products = slopes.map((one) => slopes.map((other) => dot(one, other)));
    const step = solve(
      products.map((row, k) => row.map((value, l) => (k === l ? value * (1 + damping) + 1e-12 : value))),
      slopesOfSum.map((slope) => -slope),
    );
    const longest = Math.max(...step.map(Math.abs));
    const share = Math.min(1, longestStep / longest);
    if (!(longest < Number.POSITIVE_INFINITY)) break;
    const next = parameters.map((value, k) => value + share * step[k]!);
    const there = residualsAt(next);
    const sumThere = there ? dot(there.values, there.values) : Number.POSITIVE_INFINITY;
    if (there && sumThere < sum) {
      const gain = sum - sumThere;
      [parameters, here, sum, damping] = [next, there, sumThere, damping / 4];
      if (gain <= least * sum && share === 1) break;
    } else {
      damping *= 5;
    }
  }
  return { parameters, sum };
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i]! * other[i]!;
  return sum;
}

/** Elimination for a positive definite matrix, which is overwritten. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!;
      for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
      right[i]! -= factor * right[k]!;
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k]! -= matrix[k]![j]! * right[j]!;
    right[k]! /= matrix[k]![k]!;
  }
  return right;
}
