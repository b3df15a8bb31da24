import { invertBbp, type PlantedDirection } from "./bbp.ts";
import { hardThreshold } from "./hard-threshold.ts";
import { type ShrinkageLoss, shrinkers } from "./shrinkers.ts";
import { spikeFluctuations } from "./spike-fluctuations.ts";

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

/** How far a denoised matrix is from what was planted, as expected; each with the standard error of the outcome. */
export interface PredictedError {
  /** `||denoised - planted||_F`, in the unit of the weights. */
  readonly absolute: number;
  readonly absoluteStandardError: number;
  /** The same over `||planted||_F`, >= 0; null where nothing stands out. */
  readonly relative: number | null;
  readonly relativeStandardError: number | null;
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
 * with a_i, b_i the singular vectors of W. The predicted error of a direction of strength t, cosines c and d
 * of its vectors with the planted ones, and the value h that it gets is
 *
 *     t^2 + h^2 - 2 h t c d,   at the Frobenius shrinker t^2 (1 - c^2 d^2)
 *
 * and directions add up. Its standard error is that of the outcome: from {@link spikeFluctuations}, and from the
 * error of the scale. "Planted" is what shows: a direction under `s (N M)^(1/4)` leaves no trace, and none of its
 * energy is counted. A direction within some N^(-1/3) of that has larger errors than are given.
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
  const { loss = "frobenius", scaleStandardError = 0, spikes = smaller, spikesBelow = null } = options;
  const threshold = hardThreshold(scale, larger, smaller);
  const seen: Seen[] = [];
  let squares = 0;
  for (let i = 0; i < singularValues.length; i++) {
    const observed = singularValues[i]!;
    squares += observed * observed;
    const planted = i < spikes ? invertBbp(observed, scale, larger, smaller) : null;
    if (planted) seen.push({ observed, planted });
  }
  const noise: Noise = { larger, smaller, scale, scaleStandardError };
  const values = seen.map(({ planted }) => shrinkers[loss](planted));
  const truncated = seen.map(({ observed }) => (observed > threshold ? observed : 0));
  const kept = values.reduce((sum, value) => sum + value * value, 0);
  const energy = options.frobeniusNorm === undefined ? squares : options.frobeniusNorm ** 2;
  return {
    loss,
    rank: values.filter((value) => value > 0).length,
    shrunk: seen.map(({ observed, planted }, i) => ({
      observed,
      strength: planted.strength,
      strengthStandardError: strengthError(observed, planted, noise),
      shrunk: values[i]!,
      risk: riskOf(values[i]!, planted),
    })),
    predictedError: predictedError(seen, values, noise),
    energyKept: energy > 0 ? kept / energy : 0,
    hardThreshold: {
      threshold,
      rank: truncated.filter((value) => value > 0).length,
      predictedError: predictedError(seen, truncated, noise),
    },
    outliersBelow: spikesBelow,
    warnings: spikesBelow ? [belowWarning(spikesBelow)] : [],
  };
}

/** A value that stands out, and what it says. */
interface Seen {
  readonly observed: number;
  readonly planted: PlantedDirection;
}

interface Noise {
  readonly larger: number;
  readonly smaller: number;
  readonly scale: number;
  readonly scaleStandardError: number;
}

/** Squared Frobenius norm of `t e e' - value u v'`, as a sum of what is not negative. */
function riskOf(value: number, { strength, overlapLeft, overlapRight }: PlantedDirection): number {
  const projected = strength * Math.sqrt(overlapLeft * overlapRight);
  const turnedAway = 1 - overlapLeft + overlapLeft * (1 - overlapRight);
  return (value - projected) ** 2 + strength ** 2 * turnedAway;
}

/** What a value says if the scale is another; at the edge of the bulk where it would lie inside. */
function plantedAt(observed: number, scale: number, { larger, smaller }: Noise): PlantedDirection {
  const atEdge = { strength: scale * (larger * smaller) ** 0.25, overlapLeft: 0, overlapRight: 0 };
  return invertBbp(observed, scale, larger, smaller) ?? atEdge;
}

/** Half of what a number changes by from one standard error of the scale below it to one above. */
function changeWithScale(f: (scale: number) => number, { scale, scaleStandardError }: Noise): number {
  if (!(scaleStandardError > 0)) return 0;
  const step = Math.min(scaleStandardError, scale / 2);
  return ((f(scale + step) - f(scale - step)) / (2 * step)) * scaleStandardError;
}

function strengthError(observed: number, { strength }: PlantedDirection, noise: Noise): number {
  const { strengthVariance } = spikeFluctuations(strength, noise.scale, noise.larger, noise.smaller);
  const ofScale = changeWithScale((scale) => plantedAt(observed, scale, noise).strength, noise);
  return Math.hypot(strength * Math.sqrt(strengthVariance), ofScale);
}

/**
 * Sums over directions. Their outcomes vary independently, but all lean on one scale.
 *
 * With t (1 - a) the true strength, and t c d (1 + b) what of it lies along the observed vectors, the outcome for
 * a direction is its prediction less `2 t^2 a + 2 value t c d b`.
 */
function predictedError(seen: readonly Seen[], values: readonly number[], noise: Noise): PredictedError {
  const sums = (scale: number) => {
    let error = 0;
    let energy = 0;
    for (const [i, { observed }] of seen.entries()) {
      const planted = plantedAt(observed, scale, noise);
      error += riskOf(values[i]!, planted);
      energy += planted.strength ** 2;
    }
    return { error, energy };
  };
  const { error, energy } = sums(noise.scale);
  /** Standard deviation of the squared error less `share` times the planted energy. */
  const deviation = (share: number): number => {
    let variance = changeWithScale((scale) => sums(scale).error - share * sums(scale).energy, noise) ** 2;
    for (const [i, { planted }] of seen.entries()) {
      const { strength, overlapLeft, overlapRight } = planted;
      const varied = spikeFluctuations(strength, noise.scale, noise.larger, noise.smaller);
      const ofStrength = 2 * (1 - share) * strength ** 2;
      const ofProjection = 2 * values[i]! * strength * Math.sqrt(overlapLeft * overlapRight);
      variance +=
        ofStrength ** 2 * varied.strengthVariance +
        2 * ofStrength * ofProjection * varied.covariance +
        ofProjection ** 2 * varied.projectionVariance;
    }
    return Math.sqrt(Math.max(0, variance));
  };
  if (energy === 0) {
    return { absolute: 0, absoluteStandardError: 0, relative: null, relativeStandardError: null };
  }
  const absolute = Math.sqrt(Math.max(0, error));
  const share = error / energy;
  const relative = Math.sqrt(Math.max(0, share));
  return {
    absolute,
    absoluteStandardError: absolute > 0 ? deviation(0) / (2 * absolute) : 0,
    relative,
    relativeStandardError: relative > 0 ? deviation(share) / (2 * relative * energy) : 0,
  };
}

function belowWarning(count: number): string {
  return (
    `${count} ${count === 1 ? "outlier" : "outliers"} under the bulk hold what no noise has, ` +
    "and the denoised matrix has none of it"
  );
}
