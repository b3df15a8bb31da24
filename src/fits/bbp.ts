/** What a spike over the bulk says about the direction that was planted under the noise. */
export interface PlantedDirection {
  /** Singular value of the planted direction, in the unit of the weights. */
  readonly strength: number;
  /** Expected squared overlap of observed and planted singular vector, of the larger side: [0, 1]. */
  readonly overlapLeft: number;
  /** The same for the vector of the smaller side. */
  readonly overlapRight: number;
}

/**
 * Inverts the Baik-Ben Arous-Peche relation: the planted singular value from the observed one.
 *
 *     y^2 = (t^2 + s^2 N)(t^2 + s^2 M) / t^2
 *
 * for `W = t u v' + noise`, noise entries of standard deviation s, `t > s (N M)^(1/4)`. The squared
 * overlaps, with `x = t / s`, are
 *
 *     left (length N):  1 - N (M + x^2) / (x^2 (x^2 + N))
 *     right (length M): 1 - M (N + x^2) / (x^2 (x^2 + M))
 *
 * @param singularValue - y, the observed outlier, in the unit of the weights.
 * @param scale - s > 0, in the same unit. @param larger - N. @param smaller - M <= N.
 * @returns null when y lies inside the bulk, where noise hides whatever was planted.
 * @source Baik, Ben Arous & Peche 2005, Ann. Probab. 33:1643-1697; singular-value form: Benaych-Georges
 *   & Nadakuditi 2012, J. Multivariate Anal. 111:120-135, section 3.1.
 * @example
 * ```ts
 * import { invertBbp } from "marchenko";
 * // A direction of strength 100 under unit noise of 400 x 1600 shows up at 106.3.
 * const seen = Math.sqrt((100 ** 2 + 1600) * (100 ** 2 + 400)) / 100;
 * invertBbp(seen, 1, 1600, 400)?.strength; // 100
 * ```
 */
export function invertBbp(
  singularValue: number,
  scale: number,
  larger: number,
  smaller: number,
): PlantedDirection | null {
  const a = (singularValue / scale) ** 2 - larger - smaller;
  const discriminant = a * a - 4 * larger * smaller;
  if (a <= 0 || discriminant <= 0) return null;
  const square = (a + Math.sqrt(discriminant)) / 2; // x^2 = (t / s)^2
  const overlap = (own: number, other: number) =>
    Math.max(0, 1 - (own * (other + square)) / (square * (square + own)));
  return {
    strength: scale * Math.sqrt(square),
    overlapLeft: overlap(larger, smaller),
    overlapRight: overlap(smaller, larger),
  };
}
