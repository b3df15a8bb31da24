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
  return Math.max(spectrum.resolution, safetyFactor * noiseFloor(spectrum));
}

/**
 * The largest singular value that independent rounding errors of the stored entries make by themselves.
 *
 *     s_u (sqrt N + sqrt M)
 *
 * @returns what it is expected to be at most, in the unit of the weights, >= 0.
 * @source Davidson & Szarek 2001, Local operator theory, random matrices and Banach spaces, theorem II.13.
 */
export function noiseFloor({ roundingError, larger, smaller }: Spectrum): number {
  return roundingError * (Math.sqrt(larger) + Math.sqrt(smaller));
}

/** Number of singular values above a tolerance. */
export function numericalRank(spectrum: Spectrum, tolerance: number): number {
  let rank = 0;
  while (rank < spectrum.smaller && spectrum.singularValues[rank]! > tolerance) rank++;
  return rank;
}
