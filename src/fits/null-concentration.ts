import type { NullSpectra } from "./null-spectra.ts";

/** What noise of one shape, stored with a given rounding, gives for the spectral concentration. */
export interface NullConcentration {
  /** 5, 50 and 95 % quantiles of the largest over the smallest non-zero singular value. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** Most singular values under the tolerance in any draw: more than these are not chance. */
  readonly mostZeros: number;
}

/**
 * Spectral concentration of simulated noise, with the tolerance for zero of the layer it is compared to.
 *
 * @param spectra - noise with unit entries.
 * @param relativeTolerance - the layer's rank tolerance over the root mean square of its entries, >= 0.
 * @returns quantiles by linear interpolation of the draws; null when noise of this shape is all zero at
 *   that tolerance.
 */
export function nullConcentration(spectra: NullSpectra, relativeTolerance: number): NullConcentration | null {
  const { larger, smaller, draws, eigenvalues } = spectra;
  const threshold = relativeTolerance ** 2 / larger;
  const ratios = new Float64Array(draws);
  let mostZeros = 0;
  for (let draw = 0; draw < draws; draw++) {
    const first = draw * smaller;
    let zeros = 0;
    while (zeros < smaller && eigenvalues[first + zeros]! <= threshold) zeros++;
    if (zeros === smaller) return null;
    mostZeros = Math.max(mostZeros, zeros);
    ratios[draw] = Math.sqrt(eigenvalues[first + smaller - 1]! / eigenvalues[first + zeros]!);
  }
  ratios.sort();
  return {
    low: quantile(ratios, 0.05),
    median: quantile(ratios, 0.5),
    high: quantile(ratios, 0.95),
    mostZeros,
  };
}

/** Quantile of a sorted sample, linear between its points. */
function quantile(ascending: Float64Array, p: number): number {
  const place = p * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}
