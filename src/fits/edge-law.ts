import { tracyWidom } from "../laws/tracy-widom.ts";

/** Centre and width of an extreme eigenvalue of `W'W` (not divided by N) for unit noise of a shape. */
export interface EdgeScaling {
  readonly centre: number;
  readonly width: number;
}

/**
 * Where the largest eigenvalue of `W'W` sits, and how widely it varies.
 *
 *     centre = (sqrt(N - 1/2) + sqrt(M - 1/2))^2
 *     width  = (sqrt(N - 1/2) + sqrt(M - 1/2)) (1 / sqrt(N - 1/2) + 1 / sqrt(M - 1/2))^(1/3)
 *
 * `(lambda - centre) / width` follows the Tracy-Widom law of beta = 1, up to O(M^(-2/3)).
 *
 * @param larger - N >= M. @param smaller - M >= 1.
 * @source Johnstone 2001, Ann. Stat. 29:295-327; the shifts by 1/2: Ma 2012, Bernoulli 18:322-359.
 */
export function upperEdge(larger: number, smaller: number): EdgeScaling {
  const a = Math.sqrt(larger - 0.5);
  const b = Math.sqrt(smaller - 0.5);
  return { centre: (a + b) ** 2, width: (a + b) * Math.cbrt(1 / a + 1 / b) };
}

/** Sides this different have a soft lower edge, to which the Tracy-Widom law applies. */
const softEdgeBelow = 0.8;

/**
 * Probability that the smallest eigenvalue of `W'W` for unit noise is as small as this or smaller.
 *
 * At a soft edge (M / N <= 0.8) the logarithm, centred and scaled, follows the mirrored Tracy-Widom
 * law; a square matrix has a hard edge with a law of its own, `1 - exp(-x/2 - sqrt x)` for
 * `x = N lambda`; between the two neither is accurate.
 *
 * @returns the probability, or null where no law is at hand.
 * @source Ma 2012, Bernoulli 18:322-359, theorem 2; Edelman 1988, SIAM J. Matrix Anal. 9:543-560.
 */
export function lowerEdgePValue(eigenvalue: number, larger: number, smaller: number): number | null {
  if (larger === smaller) {
    const x = larger * eigenvalue;
    return -Math.expm1(-x / 2 - Math.sqrt(x));
  }
  if (smaller < 2 || smaller / larger > softEdgeBelow) return null;
  const a = Math.sqrt(larger - 0.5);
  const b = Math.sqrt(smaller - 0.5);
  const centre = (a - b) ** 2;
  const width = (a - b) * Math.cbrt(1 / b - 1 / a);
  const logWidth = width / centre;
  const logCentre = Math.log(centre) + logWidth ** 2 / 8;
  return tracyWidom(1).survival(-(Math.log(eigenvalue) - logCentre) / logWidth);
}
