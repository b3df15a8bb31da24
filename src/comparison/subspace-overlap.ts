import type { SingularPair } from "../analysis/matrix-tasks.ts";
import { dot } from "../trajectories/spike-snapshot.ts";
import type { SubspaceOverlap } from "./result.ts";

/**
 * Residual of leading singular vectors that is small enough, over the largest value: turned by 3 % of a radian by that
 * where the next value is 3e-3 of it away, they lose 1e-3 of their overlap.
 */
export const vectorTolerance = 1e-4;

/** Numbers of leading directions whose subspaces are compared. */
export const dimensions = [1, 2, 4, 8] as const;

/**
 * How much two matrices' leading singular subspaces have in common.
 *
 *     overlap = ||U_A' U_B||_F^2 / k = mean_i cos^2 theta_i,  theta_i the principal angles
 *
 * A random subspace of dimension k among n coordinates has k / n on average, with variance
 * `2 (n - k)^2 / (n^2 (n - 1) (n + 2))`.
 *
 * @param a - leading singular pairs, the largest first; `left` of the larger side. @param b - of a matrix of the same shape.
 * @param valuesA - leading singular values, descending, for the gaps. @param valuesB - the same of B.
 * @returns for k = 1, 2, 4 and 8, as far as there are pairs and twice as many singular values.
 * @source Golub & Van Loan 2013, section 6.4.3 (angles); moments of a projection on a random subspace: Muirhead 1982,
 *   Aspects of Multivariate Statistical Theory, theorem 3.3.1 (matrix-variate Beta).
 */
export function subspaceOverlaps(
  a: readonly SingularPair[],
  b: readonly SingularPair[],
  valuesA: ArrayLike<number>,
  valuesB: ArrayLike<number>,
): SubspaceOverlap[] {
  const smaller = a[0]?.right.length ?? 0;
  const most = Math.min(a.length, b.length, Math.floor(smaller / 2));
  return dimensions
    .filter((dimension) => dimension <= most)
    .map((dimension) => ({
      dimension,
      left: sideOverlap(a, b, dimension, "left"),
      right: sideOverlap(a, b, dimension, "right"),
      gapA: gapAfter(valuesA, dimension),
      gapB: gapAfter(valuesB, dimension),
    }));
}

function sideOverlap(
  a: readonly SingularPair[],
  b: readonly SingularPair[],
  dimension: number,
  side: "left" | "right",
): SubspaceOverlap["left"] {
  const n = a[0]![side].length;
  let sum = 0;
  for (const { [side]: u } of a.slice(0, dimension)) {
    for (const { [side]: v } of b.slice(0, dimension)) sum += dot(u, v) ** 2;
  }
  return {
    overlap: Math.min(1, sum / dimension),
    random: dimension / n,
    randomStandardDeviation: (Math.SQRT2 * (n - dimension)) / (n * Math.sqrt((n - 1) * (n + 2))),
  };
}

function gapAfter(values: ArrayLike<number>, dimension: number): number | null {
  if (values.length <= dimension || !(values[dimension - 1]! > 0)) return null;
  return 1 - values[dimension]! / values[dimension - 1]!;
}
