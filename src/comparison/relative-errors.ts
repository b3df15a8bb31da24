import type { LayerResult } from "../analysis/result.ts";
import type { RelativeErrors } from "../metrics/metric.ts";

/** Times the largest singular value of rounding noise that a layer's rank tolerance is. */
const safetyFactor = 3;

/**
 * How well the numbers of a layer are known, from what its result holds.
 *
 *     |s_i - s_i'| <= t,   ||E||_F = s_u sqrt(N M),   s_u <= t / (3 (sqrt N + sqrt M))
 *
 * with t the rank tolerance: what rounding of the stored entries and the engine together may do to a singular value.
 *
 * @returns null for a layer without a spectrum that is exact.
 * @source Weyl's and Mirsky's inequalities: Golub & Van Loan 2013, section 8.6.
 */
export function relativeErrors({
  spectrum,
  concentration,
  metrics,
  marchenkoPastur,
}: LayerResult): RelativeErrors | null {
  const norm = metrics?.frobeniusNorm;
  if (!spectrum || !concentration || !norm) return null;
  const { rows, columns, count } = spectrum;
  const { rankTolerance: tolerance, maxSingularValue, minNonzeroSingularValue } = concentration;
  const sides = safetyFactor * (Math.sqrt(rows) + Math.sqrt(columns));
  return {
    largest: tolerance / maxSingularValue,
    smallest: minNonzeroSingularValue === null ? 1 : tolerance / minNonzeroSingularValue,
    norm: (tolerance * Math.sqrt(rows * columns)) / sides / norm,
    scale: marchenkoPastur && marchenkoPastur.scaleStandardError / marchenkoPastur.scale,
    count,
  };
}
