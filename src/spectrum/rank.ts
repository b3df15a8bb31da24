import type { Spectrum } from "./spectrum.ts";

/** How far above its expected size rounding noise may reach before it is called a direction. */
const safetyFactor = 3;

/**
 * The singular value below which a direction is nothing but rounding.
 *
 *     max( resolution of the method, 3 s_u (sqrt N + sqrt M) )
 *
 * The second is three times the largest singular value that independent rounding errors of root mean
 * square s_u make by themselves. Fits the stored format: large for bfloat16, small for float64.
 *
 * @returns the tolerance, in the unit of the weights, >= 0.
 */
export function rankTolerance(spectrum: Spectrum): number {
  const noise = spectrum.roundingError * (Math.sqrt(spectrum.larger) + Math.sqrt(spectrum.smaller));
  return Math.max(spectrum.resolution, safetyFactor * noise);
}

/** Number of singular values above a tolerance. */
export function numericalRank(spectrum: Spectrum, tolerance: number): number {
  let rank = 0;
  while (rank < spectrum.smaller && spectrum.singularValues[rank]! > tolerance) rank++;
  return rank;
}
