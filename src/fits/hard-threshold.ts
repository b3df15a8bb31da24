import { UsageError } from "../errors.ts";
import { marchenkoPastur } from "../laws/marchenko-pastur.ts";

/**
 * The singular value under which a direction is better left out than kept as it shows, for noise of known scale.
 *
 *     threshold = lambda*(q) s sqrt N,   lambda*(q)^2 = 2 (q + 1) + 8 q / (q + 1 + sqrt(q^2 + 14 q + 1))
 *
 * There both cost as much: what is lost with the direction, its strength squared, and what the noise in its value
 * and its vectors adds. It lies above the edge of the bulk, s (sqrt N + sqrt M): weak directions that show are
 * not worth keeping unless they are shrunk ({@link optimalShrinkage}).
 *
 * @param scale - s > 0, standard deviation of one entry of the noise, in the unit of the weights.
 * @param larger - N. @param smaller - M, 1 to N.
 * @returns the threshold, in the unit of the weights.
 * @throws {UsageError} If the scale is not positive, or the sides are not whole numbers with 1 <= M <= N.
 * @source Gavish & Donoho 2014, IEEE Trans. Inf. Theory 60:5040-5053, equation 11; their noise is s sqrt N here, and
 *   their beta q.
 * @example
 * ```ts
 * import { hardThreshold } from "marchenko";
 * hardThreshold(1, 300, 300); // 40.0
 * hardThreshold(1, 100, 25); // 17.580
 * ```
 */
export function hardThreshold(scale: number, larger: number, smaller: number): number {
  requireNoise(scale, larger, smaller);
  return scale * Math.sqrt(larger) * thresholdCoefficient(smaller / larger);
}

/** lambda*(q): 4 / sqrt 3 for square matrices, sqrt 2 for very tall ones. */
function thresholdCoefficient(q: number): number {
  return Math.sqrt(2 * (q + 1) + (8 * q) / (q + 1 + Math.sqrt(q * q + 14 * q + 1)));
}

/**
 * The same threshold where nothing is known of the noise but that most singular values are of it.
 *
 *     threshold = lambda*(q) / sqrt(mu_q) * median of the singular values
 *
 * with mu_q the median of the Marchenko-Pastur law of scale 1. Planted directions move a median: a fitted scale
 * ({@link fitMarchenkoPastur}) leaves them out.
 *
 * @param singularValues - all M of them, in any order, in the unit of the weights.
 * @param larger - N >= M.
 * @returns the threshold, in the unit of the weights, >= 0.
 * @throws {UsageError} If there is no singular value, or there are more than N.
 * @source Gavish & Donoho 2014, IEEE Trans. Inf. Theory 60:5040-5053.
 * @example
 * ```ts
 * import { medianHardThreshold } from "marchenko";
 * medianHardThreshold([3, 2, 1], 3); // 5.717
 * ```
 */
export function medianHardThreshold(singularValues: ArrayLike<number>, larger: number): number {
  const smaller = singularValues.length;
  requireNoise(1, larger, smaller);
  const ascending = Float64Array.from(singularValues).sort();
  const median = (ascending[(smaller - 1) >> 1]! + ascending[smaller >> 1]!) / 2;
  const q = smaller / larger;
  return (thresholdCoefficient(q) / Math.sqrt(marchenkoPastur(q, 1).quantile(0.5))) * median;
}

/** @throws {UsageError} If this is no shape with its larger side first, or no scale of noise. */
export function requireNoise(scale: number, larger: number, smaller: number): void {
  if (!(Number.isInteger(larger) && Number.isInteger(smaller) && smaller >= 1 && smaller <= larger)) {
    throw new UsageError(
      `the larger and the smaller side must be whole numbers with 1 <= smaller <= larger, got ${larger} and ${smaller}`,
    );
  }
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw new UsageError(`the scale of the noise must be positive and finite, got ${scale}`);
  }
}
