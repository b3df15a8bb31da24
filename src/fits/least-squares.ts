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
 * @param count - of residuals.
 * @param residualsAt - writes r and J; false where the parameters make no sense.
 * @returns parameters and sum; null where the start makes no sense.
 * @source Levenberg 1944, Q. Appl. Math. 2:164-168; Marquardt 1963, J. Soc. Ind. Appl. Math. 11:431-441.
 */
export function leastSquares(
  count: number,
  residualsAt: (parameters: Float64Array, into: Residuals) => boolean,
  start: ArrayLike<number>,
): { parameters: Float64Array; sum: number } | null {
  const size = start.length;
  const room = (): Residuals => ({
    values: new Float64Array(count),
    slopes: Array.from({ length: size }, () => new Float64Array(count)),
  });
  let parameters = Float64Array.from(start);
  let next = new Float64Array(size);
  let here = room();
  let there = room();
  if (!residualsAt(parameters, here)) return null;
  const matrix = new Float64Array(size * size);
  const step = new Float64Array(size);
  let sum = dot(here.values, here.values);
  let damping = 1e-3;
  for (let i = 0; i < mostSteps && damping < 1e6; i++) {
    for (let k = 0; k < size; k++) {
      for (let l = 0; l < size; l++) matrix[k * size + l] = dot(here.slopes[k]!, here.slopes[l]!);
      matrix[k * size + k] = matrix[k * size + k]! * (1 + damping) + 1e-12;
      step[k] = -dot(here.slopes[k]!, here.values);
    }
    solve(matrix, step);
    let longest = 0;
    for (let k = 0; k < size; k++) longest = Math.max(longest, Math.abs(step[k]!));
    if (!(longest < Number.POSITIVE_INFINITY)) break;
    const share = Math.min(1, longestStep / longest);
    for (let k = 0; k < size; k++) next[k] = parameters[k]! + share * step[k]!;
    const sumThere = residualsAt(next, there) ? dot(there.values, there.values) : Number.POSITIVE_INFINITY;
    if (sumThere < sum) {
      const gain = sum - sumThere;
      [parameters, next, here, there, sum, damping] = [next, parameters, there, here, sumThere, damping / 4];
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

/** Elimination for a positive definite matrix, row by row, which is overwritten, as the right side is by the solution. */
function solve(matrix: Float64Array, right: Float64Array): void {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i * n + k]! / matrix[k * n + k]!;
      for (let j = k; j < n; j++) matrix[i * n + j]! -= factor * matrix[k * n + j]!;
      right[i]! -= factor * right[k]!;
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k]! -= matrix[k * n + j]! * right[j]!;
    right[k]! /= matrix[k * n + k]!;
  }
}
