import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { SingularValues } from "../spectrum/spectrum-engine.ts";
import { fewestEigenvalues, fitMarchenkoPastur, type MarchenkoPasturFit } from "./fit-marchenko-pastur.ts";

/** Singular values of a matrix without the mean of all its entries, and of shuffles of the same entries. */
export interface ShuffledSpectra {
  readonly own: SingularValues;
  readonly shuffled: readonly SingularValues[];
}

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
  /** Outliers above the fitted bulk that are not larger than that; null without a fit. */
  readonly explainedSpikeCount: number | null;
  /** Shuffles with enough non-zero singular values for a fit: the numbers below are theirs. */
  readonly fitted: number;
  /** Mean KS distance of the shuffles from their own Marchenko-Pastur fits; null without any. */
  readonly ksDistance: number | null;
  /** Share of shuffles as far from their own fits as the matrix from its own, counted with one more that is. */
  readonly ksPValue: number | null;
  /** Mean number of outliers above the fitted bulk in a shuffle: entries so large that they stand out alone. */
  readonly entrySpikes: number | null;
}

/** KS distances that differ by less are equal: it is far above rounding, and far below 1 / M. */
const ksTie = 1e-9;

/**
 * Compares a spectrum with those of the same entries in random order.
 *
 * Gaussian noise is the wrong null for entries with heavy tails: shuffled, they stay what they are, and every
 * correlation is gone. What a shuffle has too is due to the entries' law.
 *
 * The mean of all entries is taken off the matrix and its shuffles. No order changes it, so that every shuffle would
 * have its direction as an outlier, which then passed for large entries.
 *
 * @param spectrum - of the matrix as it is: its shape and rounding. @param spectra - without the mean.
 * @returns p-values of at least 1 / (draws + 1); null for an estimate, with fewer than 8 singular values, or
 *   where some are beyond the range of float64.
 * @source permutation tests: Davison & Hinkley 1997, Bootstrap Methods and their Application, section 4.3.
 */
export function permutationNull(
  spectrum: Spectrum,
  { own, shuffled }: ShuffledSpectra,
): PermutationNull | null {
  const draws = shuffled.length;
  if (draws === 0 || !canBeShuffled(spectrum)) return null;
  const largest = shuffled.map(({ values }) => values[0]!);
  if (![...largest, own.values[0]!].every(Number.isFinite)) return null;
  const ownSpectrum = { ...spectrum, ...own, singularValues: own.values };
  const fit = fitOfRank(ownSpectrum);
  const fits = shuffled
    .map(({ values, ...known }) => fitOfRank({ ...spectrum, ...known, singularValues: values }))
    .filter((each) => each !== null);
  // Values within their error bounds of each other are equal: a shuffle may be the matrix over again.
  const above = shuffled.map(({ values, relativeErrorBounds }) => values[0]! * (1 + relativeErrorBounds[0]!));
  const below = own.values.map((value, i) => value * (1 - own.relativeErrorBounds[i]!));
  const threshold = Math.max(...above, rankTolerance(ownSpectrum));
  const spikeCount = below.filter((value) => value > threshold).length;
  // In units of the largest of them, whose sum may be beyond the range.
  const most = Math.max(...largest);
  const average = most === 0 ? 0 : most * mean(largest.map((value) => value / most));
  return {
    draws,
    largest: average,
    largestStandardDeviation: standardDeviation(largest, average),
    largestPValue: share(above.filter((value) => value >= below[0]!).length, draws),
    spikeCount,
    explainedSpikeCount: fit && Math.max(0, fit.spikes.length - spikeCount),
    fitted: fits.length,
    ksDistance: fits.length > 0 ? mean(fits.map(({ ksDistance }) => ksDistance)) : null,
    ksPValue:
      fit && fits.length > 0
        ? share(fits.filter(({ ksDistance }) => ksDistance >= fit.ksDistance - ksTie).length, fits.length)
        : null,
    entrySpikes: fits.length > 0 ? mean(fits.map(({ spikes }) => spikes.length)) : null,
  };
}

/** Of one singular value there is nothing to compare: no order of the entries changes it. Of a few, too little. */
export function canBeShuffled({ exact, smaller }: Spectrum): boolean {
  return exact && smaller >= fewestEigenvalues;
}

/** The fit of what is above the rank tolerance: a shuffle of a sparse matrix has zeros of its own. */
function fitOfRank(spectrum: Spectrum): MarchenkoPasturFit | null {
  const rank = numericalRank(spectrum, rankTolerance(spectrum));
  return rank < fewestEigenvalues ? null : fitMarchenkoPastur(spectrum, { rank });
}

/** A p-value from `count` draws of `of` that are as extreme. */
function share(count: number, of: number): number {
  return (1 + count) / (of + 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** In units of the average, so that squares of 1e-300 do not vanish. */
function standardDeviation(values: readonly number[], average: number): number {
  if (average === 0 || values.length < 2) return 0;
  const squares = values.reduce((sum, value) => sum + (value / average - 1) ** 2, 0);
  return average * Math.sqrt(squares / (values.length - 1));
}
