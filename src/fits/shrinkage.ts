import { invertBbp } from "./bbp.ts";
import { hardThreshold } from "./hard-threshold.ts";
import { type PredictedError, predictedError, riskOf, type Seen, strengthError } from "./predicted-error.ts";
import { type ShrinkageLoss, shrinkers } from "./shrinkers.ts";

/** A singular value that stands out, and the one that it gets. */
export interface ShrunkValue {
  /** As it shows, in the unit of the weights. */
  readonly observed: number;
  /** Of the planted direction, by the BBP relation, with its standard error; the same unit. */
  readonly strength: number;
  readonly strengthStandardError: number;
  /** In the denoised matrix, the same unit; 0 where the loss is least without the direction. */
  readonly shrunk: number;
  /** Expected squared Frobenius error of this direction, in the unit of the weights squared. */
  readonly risk: number;
}

/** Which rank to keep, the denoised singular values, and what error they have. */
export interface ShrinkageAdvice {
  readonly loss: ShrinkageLoss;
  /** Directions that the denoised matrix has. */
  readonly rank: number;
  /** All that stand out, largest first. */
  readonly shrunk: readonly ShrunkValue[];
  readonly predictedError: PredictedError;
  /** Squared Frobenius norm of the denoised matrix over that of W, in [0, 1]. */
  readonly energyKept: number;
  /** Truncation instead: values over a threshold are kept as they show. */
  readonly hardThreshold: {
    /** In the unit of the weights. */
    readonly threshold: number;
    readonly rank: number;
    readonly predictedError: PredictedError;
  };
  /** Outliers under the bulk, which the denoised matrix has not; null where they were not looked for. */
  readonly outliersBelow: number | null;
  /** Sentences on what the denoised matrix loses. */
  readonly warnings: readonly string[];
}

/** Options of {@link optimalShrinkage}. */
export interface ShrinkageOptions {
  /** The error that is to be least; "frobenius" by default. */
  readonly loss?: ShrinkageLoss;
  /** Standard error of the scale, in the unit of the weights; 0, a scale that is known, by default. */
  readonly scaleStandardError?: number;
  /** How many of the largest values stand out, by a test; all above the edge of the bulk by default. */
  readonly spikes?: number;
  /** How many stand out under the bulk, by a test; null, not known, by default. */
  readonly spikesBelow?: number | null;
  /** Of W, in the unit of the weights; by default that of the values given, which then are all of them. */
  readonly frobeniusNorm?: number;
}

/**
 * Which directions of a matrix to keep, with which singular values, and how far the result is from what was planted.
 *
 *     W = sum_i t_i u_i v_i' + noise,  denoised = sum_i shrunk_i a_i b_i'
 *
 * with a_i, b_i the singular vectors of W. A direction of strength t whose vectors have cosines c and d with the
 * planted ones, and which gets the value h, has the expected squared error
 *
 *     t^2 + h^2 - 2 h t c d,   at the Frobenius shrinker t^2 (1 - c^2 d^2)
 *
 * and directions add up. Its standard error is that of the outcome: from `spikeFluctuations`, and from the
 * error of the scale. "Planted" is what was found: a direction under `s (N M)^(1/4)` leaves no trace, one
 * somewhat above it may be missed, and none of their energy is counted. A direction within some N^(-1/3) of that has larger errors than are given.
 *
 * @param singularValues - descending, in the unit of the weights: all, or at least those above the bulk.
 * @param larger - N. @param smaller - M, 1 to N. @param scale - s > 0, in the unit of the weights.
 * @returns the advice; for cW and c s the same with values and thresholds times c.
 * @throws {UsageError} If the scale is not positive, or the sides are not whole numbers with 1 <= M <= N.
 * @source Gavish & Donoho 2014 (threshold) and 2017 (shrinkers, asymptotic loss); outliers under the bulk hold what
 *   truncation throws away: Staats, Thamm & Rosenow 2025, arXiv:2410.17770.
 * @example
 * ```ts
 * import { optimalShrinkage } from "marchenko";
 * // Under unit noise of 300 x 300 the edge is at 34.64: one direction stands out.
 * const advice = optimalShrinkage([50, 30, 20], 300, 300, 1);
 * advice.shrunk[0].shrunk; // 36.06
 * advice.hardThreshold.rank; // 1
 * advice.predictedError.relative; // 0.546
 * ```
 */
export function optimalShrinkage(
  singularValues: ArrayLike<number>,
  larger: number,
  smaller: number,
  scale: number,
  options: ShrinkageOptions = {},
): ShrinkageAdvice {
  const { loss = "frobenius", spikes = smaller, spikesBelow = null, frobeniusNorm } = options;
  const threshold = hardThreshold(scale, larger, smaller);
  // In units of s, so that squares stay in range.
  const noise = { larger, smaller, scaleError: (options.scaleStandardError ?? 0) / scale };
  const seen: Seen[] = [];
  for (let i = 0; i < Math.min(spikes, singularValues.length); i++) {
    const observed = singularValues[i]! / scale;
    const planted = invertBbp(observed, 1, larger, smaller);
    if (planted) seen.push({ observed, planted });
  }
  const values = seen.map(({ planted }) => shrinkers[loss](planted));
  const truncated = seen.map(({ observed }) => (observed * scale > threshold ? observed : 0));
  const kept = values.reduce((sum, value) => sum + value * value, 0);
  const energy = frobeniusNorm === undefined ? energyOf(singularValues, scale) : (frobeniusNorm / scale) ** 2;
  return {
    loss,
    rank: values.filter((value) => value > 0).length,
    shrunk: seen.map(({ observed, planted }, i) => ({
      observed: singularValues[i]!,
      strength: planted.strength * scale,
      strengthStandardError: strengthError({ observed, planted }, noise) * scale,
      shrunk: values[i]! * scale,
      risk: riskOf(values[i]!, planted) * scale ** 2,
    })),
    predictedError: inUnitOf(scale, predictedError(seen, values, noise)),
    energyKept: energy > 0 ? kept / energy : 0,
    hardThreshold: {
      threshold,
      rank: truncated.filter((value) => value > 0).length,
      predictedError: inUnitOf(scale, predictedError(seen, truncated, noise)),
    },
    outliersBelow: spikesBelow,
    warnings: spikesBelow ? [belowWarning(spikesBelow)] : [],
  };
}

/** Sum of squares, in the square of the scale. */
function energyOf(singularValues: ArrayLike<number>, scale: number): number {
  let sum = 0;
  for (let i = 0; i < singularValues.length; i++) {
    const value = singularValues[i]! / scale;
    sum += value * value;
  }
  return sum;
}

function inUnitOf(scale: number, error: PredictedError): PredictedError {
  return {
    ...error,
    absolute: error.absolute * scale,
    absoluteStandardError: error.absoluteStandardError * scale,
  };
}

function belowWarning(count: number): string {
  return (
    `${count === 1 ? "1 outlier" : `${count} outliers`} under the bulk may hold information: ` +
    "the denoised matrix has nothing of it"
  );
}
