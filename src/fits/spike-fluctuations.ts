/** How a spike's outcome scatters about what its singular value says; relative variances, >= 0. */
export interface SpikeFluctuations {
  /** Of a, where the true strength is t (1 - a) and t the strength that the BBP relation gives. */
  readonly strengthVariance: number;
  /** Of b, where t c d (1 + b) is the projection of the planted direction on the observed one, c and d the expected
   * cosines of its vectors. */
  readonly projectionVariance: number;
  /** Mean of a b, at most 0: where the strength is overrated, so is the projection. */
  readonly covariance: number;
}

/**
 * How well a spike's strength, and the part of the planted direction along its observed vectors, are known.
 *
 *     Var a = (x + (1 + q) / 2) / (N d),   Mean ab = -x (x + 1)(x + q) / (N d^2),
 *     Var b = x (x^2 + 2 x + q)(x^2 + 2 q x + q) / (N d^3),   x = t^2 / (s^2 N),  d = x^2 - q
 *
 * to leading order in 1 / N, for Gaussian noise. A spike y is where `(1/t - C)^2 = A B`: A, B and C are elements of the
 * resolvent of the noise at y, between the planted vectors, and the projection follows from their derivatives by y. A
 * and B vary about their Marchenko-Pastur values as means over random directions do, C about 0.
 *
 * @param strength - t > s (N M)^(1/4), in the unit of the weights. @param scale - s > 0.
 * @param larger - N. @param smaller - M, 1 to N.
 * @returns the variances; they grow without bound towards the threshold, where the leading order no longer holds.
 * @source the equation for y: Benaych-Georges & Nadakuditi 2012, J. Multivariate Anal. 111:120-135; the variances
 *   are this package's.
 */
export function spikeFluctuations(
  strength: number,
  scale: number,
  larger: number,
  smaller: number,
): SpikeFluctuations {
  const q = smaller / larger;
  const x = (strength / scale) ** 2 / larger;
  const d = x * x - q;
  const ofLeft = x * x + 2 * x + q;
  const ofRight = x * x + 2 * q * x + q;
  return {
    strengthVariance: (x + (1 + q) / 2) / (larger * d),
    projectionVariance: (x * (ofLeft / d) * (ofRight / d)) / (larger * d),
    covariance: (-x * ((x + 1) / d) * ((x + q) / d)) / larger,
  };
}
