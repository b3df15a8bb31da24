import { invertBbp, type PlantedDirection } from "./bbp.ts";
import { spikeFluctuations } from "./spike-fluctuations.ts";

/** How far a denoised matrix is from what was planted, as expected; each with the standard error of the outcome. */
export interface PredictedError {
  /** `||denoised - planted||_F`, in the unit of the weights. */
  readonly absolute: number;
  readonly absoluteStandardError: number;
  /** The same over `||planted||_F`, >= 0; null where nothing stands out. */
  readonly relative: number | null;
  readonly relativeStandardError: number | null;
}

/** A singular value that stands out, and what it says; in units of the noise, s = 1. */
export interface Seen {
  readonly observed: number;
  readonly planted: PlantedDirection;
}

/** The noise around: the sides of its matrix, and the relative standard error of its scale. */
export interface NoiseAround {
  readonly larger: number;
  readonly smaller: number;
  readonly scaleError: number;
}

/** Expected squared error of a direction that gets a value: that of `t e e' - value u v'`, as a sum of squares. */
export function riskOf(value: number, { strength, overlapLeft, overlapRight }: PlantedDirection): number {
  const projected = strength * Math.sqrt(overlapLeft * overlapRight);
  const turnedAway = 1 - overlapLeft + overlapLeft * (1 - overlapRight);
  return (value - projected) ** 2 + strength ** 2 * turnedAway;
}

/** What a value says if the scale is another; at the edge of the bulk where it would lie inside. */
function plantedAt(observed: number, scale: number, { larger, smaller }: NoiseAround): PlantedDirection {
  const atEdge = { strength: scale * (larger * smaller) ** 0.25, overlapLeft: 0, overlapRight: 0 };
  return invertBbp(observed, scale, larger, smaller) ?? atEdge;
}

/** Half of what a number changes by from one standard error of the scale below it to one above. */
function changeWithScale(f: (scale: number) => number, { scaleError }: NoiseAround): number {
  if (!(scaleError > 0)) return 0;
  const step = Math.min(scaleError, 0.5);
  return ((f(1 + step) - f(1 - step)) / (2 * step)) * scaleError;
}

/** Standard error of the strength of a direction, in units of s. */
export function strengthError({ observed, planted: { strength } }: Seen, noise: NoiseAround): number {
  const { strengthVariance } = spikeFluctuations(strength, 1, noise.larger, noise.smaller);
  const ofScale = changeWithScale((scale) => plantedAt(observed, scale, noise).strength, noise);
  return Math.hypot(strength * Math.sqrt(strengthVariance), ofScale);
}

/**
 * The error of a denoised matrix whose directions get these values, in units of s.
 *
 * Directions add up. Their outcomes vary independently, but all lean on one scale.
 *
 * With t (1 - a) the true strength, and t c d (1 + b) what of it lies along the observed vectors, the outcome for
 * a direction is its prediction less `2 t^2 a + 2 value t c d b`.
 */
export function predictedError(
  seen: readonly Seen[],
  values: readonly number[],
  noise: NoiseAround,
): PredictedError {
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
  const { error, energy } = sums(1);
  /** Standard deviation of the squared error less `share` times the planted energy. */
  const deviation = (share: number): number => {
    let variance = changeWithScale((scale) => sums(scale).error - share * sums(scale).energy, noise) ** 2;
    for (const [i, { planted }] of seen.entries()) {
      const { strength, overlapLeft, overlapRight } = planted;
      const varied = spikeFluctuations(strength, 1, noise.larger, noise.smaller);
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
