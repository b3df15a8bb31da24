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

/** Centre and width of the logarithm of the smallest eigenvalue of `W'W`, for N >= M + 2. */
function logLowerEdge(larger: number, smaller: number): EdgeScaling {
  const a = Math.sqrt(larger - 0.5);
  const b = Math.sqrt(smaller - 0.5);
  const centre = (a - b) ** 2;
  const width = ((a - b) * Math.cbrt(1 / b - 1 / a)) / centre;
  return { centre: Math.log(centre) + width ** 2 / 8, width };
}

/**
 * Probability that the smallest eigenvalue of `W'W` for unit noise is as small as this or smaller.
 *
 * The logarithm, centred and scaled, follows the mirrored Tracy-Widom law. Square matrices have a hard edge with a
 * law of their own, and nearly square ones another:
 *
 *     N = M:      1 - exp(-x/2 - sqrt x),  x = N lambda
 *     N = M + 1:  1 - exp(-M lambda / 2), exactly
 *
 * Measured at 1 %, the Tracy-Widom form rejects 0.7 to 1.3 % of noise from N = M + 2 on.
 *
 * @returns the probability, in [0, 1].
 * @source Ma 2012, Bernoulli 18:322-359, theorem 2; Edelman 1988, SIAM J. Matrix Anal. 9:543-560; N = M + 1: the joint
 *   density of the eigenvalues is then that of exponentials beside the Vandermonde factor, which a shift leaves alone.
 */
export function lowerEdgePValue(eigenvalue: number, larger: number, smaller: number): number {
  const x = larger * eigenvalue;
  if (larger === smaller) return -Math.expm1(-x / 2 - Math.sqrt(x));
  if (larger === smaller + 1) return -Math.expm1((-smaller * eigenvalue) / 2);
  const { centre, width } = logLowerEdge(larger, smaller);
  return tracyWidom(1).survival(-(Math.log(eigenvalue) - centre) / width);
}

/**
 * The inverse of {@link lowerEdgePValue}, given the Tracy-Widom quantile of the mirrored probability.
 *
 * @param p - in (0, 1). @param mirrored - quantile of the Tracy-Widom law of beta = 1 at 1 - p.
 * @returns an eigenvalue of `W'W` for unit noise, > 0.
 */
export function lowerEdgeQuantile(p: number, mirrored: number, larger: number, smaller: number): number {
  const y = -Math.log1p(-p);
  if (larger === smaller) return (Math.sqrt(1 + 2 * y) - 1) ** 2 / larger;
  if (larger === smaller + 1) return (2 * y) / smaller;
  const { centre, width } = logLowerEdge(larger, smaller);
  return Math.exp(centre - width * mirrored);
}
