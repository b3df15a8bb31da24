import { erfc } from "../linalg/error-function.ts";

/**
 * Share of the values left out at either end, for spikes: their spacings are not those of the bulk. Noise itself does
 * not need it: 6000 draws of 200 x 60 gave 0.5303 whole and 0.5304 without the ends, each +- 0.0006.
 */
const trim = 0.05;
/** Fewer ratios than these say little: the standard error is then over 0.07. */
const fewest = 20;

/** What a hypothesis says of the ratios. */
interface Reference {
  readonly mean: number;
  /** Standard error of the mean of n ratios, times sqrt n: their deviation, with what neighbours share. */
  readonly spread: number;
}

/**
 * Variance of the mean of n neighbouring ratios over that of n independent ones, `1 + 2 (c_1 + c_2)`: two ratios
 * share a spacing, so that noise has the correlations c_1 = 0.242 and c_2 = -0.004, and none further: 1.482 +- 0.009 in
 * 60000 draws of 200 x 100, within 0.05 of it from 30 x 30 to 600 x 400. Independent values have 1.31.
 */
const neighbourFactor = 1.48;
/** 60000 draws of 200 x 100: mean 0.53074 +- 0.00013 (Atas et al.: 0.5307), deviation of one ratio 0.2545. */
const gaussianOrthogonal: Reference = { mean: 0.5307, spread: 0.2545 * Math.sqrt(neighbourFactor) };
/**
 * Exact: variance 2 - 4 (ln 2)^2 = 0.07819 of one ratio, covariance 0.01206 of neighbours (an integral over the
 * spacing they share), none further.
 */
const poissonLevels: Reference = { mean: 2 * Math.LN2 - 1, spread: 0.3198471715 };

/** How far the observed mean is from that of a hypothesis. */
export interface SpacingRatioTest {
  /** Mean ratio under the hypothesis. */
  readonly expected: number;
  /** Distance from it, in standard errors under the hypothesis; negative below it. */
  readonly zScore: number;
  /** Two-sided, of a normal law. */
  readonly pValue: number;
}

/** Mean spacing ratio of a bulk, and what it says of the levels. */
export interface SpacingRatio {
  /** In [0, 1]. */
  readonly mean: number;
  readonly standardError: number;
  /** Ratios in the mean. */
  readonly count: number;
  /** Spacings of exactly 0 in the bulk: equal values, which exact arithmetic gives noise with probability 0. */
  readonly ties: number;
  /** Against eigenvalues of a real random matrix, which repel each other. */
  readonly gaussianOrthogonal: SpacingRatioTest;
  /** Against independent values, which do not. */
  readonly poisson: SpacingRatioTest;
}

function testAgainst({ mean, spread }: Reference, observed: number, count: number): SpacingRatioTest {
  const zScore = (observed - mean) / (spread / Math.sqrt(count));
  return { expected: mean, zScore, pValue: erfc(Math.abs(zScore) / Math.SQRT2) };
}

/**
 * Whether neighbouring singular values repel each other as those of every real random matrix do.
 *
 *     r_i = min(d_i, d_(i+1)) / max(d_i, d_(i+1)),  d_i = s_(i+1) - s_i,  averaged over the middle 90 %
 *
 * It needs neither a scale nor a law of the bulk: a bulk of any shape that is random on the scale of a spacing has
 * the mean 0.5307, independent values have 0.3863. Less than that means pairs of nearly equal values, as an ordered
 * matrix has them (a Fourier basis, a convolution).
 *
 * @param ascending - singular values above the rank tolerance (or eigenvalues: to first order the same), ascending,
 *   in any unit.
 * @returns mean, standard error and tests, dimensionless; null with fewer than 20 ratios in the middle. The standard
 *   error is that of the ratios at hand, with noise's correlation of neighbours; z-scores use the hypothesis' own.
 * @source Oganesyan & Huse 2007, Phys. Rev. B 75:155111 (the ratio); Atas, Bogomolny, Giraud & Roux 2013, Phys.
 *   Rev. Lett. 110:084101, table I (its means); spreads and the factor of neighbours are this package's.
 * @example
 * ```ts
 * import { drawNullSpectra, spacingRatio } from "marchenko";
 * const noise = spacingRatio(drawNullSpectra(900, 600, 0, 1).eigenvalues);
 * noise.mean; // 0.532
 * noise.standardError; // 0.0135
 * noise.gaussianOrthogonal.zScore; // 0.126
 * noise.poisson.zScore; // 10.6
 * ```
 */
export function spacingRatio(ascending: Float64Array): SpacingRatio | null {
  const skipped = Math.ceil(trim * ascending.length);
  const end = ascending.length - skipped;
  let count = 0;
  let ties = 0;
  let sum = 0;
  let squares = 0;
  let before = Number.NaN;
  for (let i = skipped + 1; i < end; i++) {
    const spacing = ascending[i]! - ascending[i - 1]!;
    if (spacing === 0) ties++;
    const ratio = Math.min(before, spacing) / Math.max(before, spacing);
    before = spacing;
    if (Number.isNaN(ratio)) continue; // the first spacing, or a value that comes three times
    count++;
    sum += ratio;
    squares += ratio * ratio;
  }
  if (count < fewest) return null;
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean) * (count / (count - 1));
  return {
    mean,
    standardError: Math.sqrt((variance * neighbourFactor) / count),
    count,
    ties,
    gaussianOrthogonal: testAgainst(gaussianOrthogonal, mean, count),
    poisson: testAgainst(poissonLevels, mean, count),
  };
}
