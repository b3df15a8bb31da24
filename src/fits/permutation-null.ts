import type { Spectrum } from "../spectrum/spectrum.ts";
import { fewestEigenvalues, fitMarchenkoPastur, type MarchenkoPasturFit } from "./fit-marchenko-pastur.ts";

/** A matrix against itself with its entries shuffled: what their order holds, whatever their law is. */
export interface PermutationNull {
  /** Shuffles. */
  readonly draws: number;
  /** Mean over the shuffles of the largest singular value, in the unit of the weights. */
  readonly largest: number;
  readonly largestStandardDeviation: number;
  /** Share of shuffles whose largest is as large, counted with one more that is. */
  readonly largestPValue: number;
  /** Singular values larger than the largest of every shuffle. */
  readonly spikeCount: number;
  /** Mean KS distance of the shuffles from their own Marchenko-Pastur fits. */
  readonly ksDistance: number;
  /** Share of shuffles as far from their own fits as the matrix from its own, counted with one more that is. */
  readonly ksPValue: number;
  /** Mean number of outliers above the fitted bulk in a shuffle: entries so large that they stand out alone. */
  readonly entrySpikes: number;
}

/**
 * Compares a spectrum with those of the same entries in random order.
 *
 * Gaussian noise is the wrong null for entries with heavy tails: shuffled, they stay what they are, and every
 * correlation is gone. What a shuffle has too is due to the entries' law.
 *
 * @param spectrum - of the matrix, all of it non-zero. @param fit - its own fit.
 * @param shuffled - singular values of the shuffles, descending, each of length M.
 * @returns p-values of at least 1 / (draws + 1); null without shuffles, under 8 singular values, or where those of a
 *   shuffle are beyond the range of float64.
 * @source permutation tests: Davison & Hinkley 1997, Bootstrap Methods and their Application, section 4.3.
 */
export function permutationNull(
  spectrum: Spectrum,
  fit: MarchenkoPasturFit,
  shuffled: readonly Float64Array[],
): PermutationNull | null {
  const draws = shuffled.length;
  if (draws === 0 || spectrum.smaller < fewestEigenvalues) return null;
  const observed = spectrum.singularValues[0]!;
  const largest = shuffled.map((values) => values[0]!);
  if (!largest.every(Number.isFinite)) return null;
  const fits = shuffled.flatMap((singularValues) =>
    singularValues[spectrum.smaller - 1] === 0 ? [] : [fitMarchenkoPastur({ ...spectrum, singularValues })],
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // In units of its own, so that sums and squares of what is large stay in range.
  const average = observed * mean(largest.map((value) => value / observed));
  const share = (count: number, of: number) => (1 + count) / (of + 1);
  const threshold = Math.max(...largest);
  return {
    draws,
    largest: average,
    largestStandardDeviation:
      average *
      Math.sqrt(largest.reduce((sum, value) => sum + (value / average - 1) ** 2, 0) / Math.max(1, draws - 1)),
    largestPValue: share(largest.filter((value) => value >= observed).length, draws),
    spikeCount: spectrum.singularValues.filter((value) => value > threshold).length,
    ksDistance: mean(fits.map(({ ksDistance }) => ksDistance)),
    ksPValue: share(fits.filter(({ ksDistance }) => ksDistance >= fit.ksDistance).length, fits.length),
    entrySpikes: mean(fits.map(({ spikes }) => spikes.length)),
  };
}
