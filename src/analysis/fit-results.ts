import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import { optimalShrinkage } from "../fits/shrinkage.ts";
import { squareInRange } from "../linalg/float-range.ts";
import type { Measurement } from "../metrics/metric.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { AnswerOf } from "./matrix-tasks.ts";
import type { MarchenkoPasturResult, PowerLawResult, Shrinkage, Spike } from "./result.ts";

/** A fit as a result holds it, each outlier with the localisation of its vectors where that was asked for. */
export function marchenkoPasturResult(
  fit: MarchenkoPasturFit,
  vectors: AnswerOf<"localise"> | null,
): MarchenkoPasturResult {
  const localised = (spikes: readonly Spike[], pairs: AnswerOf<"localise">["above"] = []): Spike[] =>
    spikes.map((spike, i) => ({ ...spike, ...(pairs[i] && { vectors: pairs[i] }) }));
  const { count: _, ...numbers } = fit;
  return {
    ...numbers,
    spikes: localised(fit.spikes, vectors?.above),
    spikesBelow: fit.spikesBelow && localised(fit.spikesBelow, vectors?.below),
  };
}

/** What taking the noise out of a layer would keep of it. */
export function shrinkageResult(spectrum: Spectrum, fit: MarchenkoPasturFit): Shrinkage {
  const { singularValues, larger, smaller } = spectrum;
  const { scale, scaleStandardError } = fit;
  const advice = optimalShrinkage(singularValues, larger, smaller, scale, {
    scaleStandardError,
    spikes: fit.spikes.length,
  });
  return {
    rank: advice.rank,
    relativeError: advice.predictedError.relative,
    relativeErrorStandardError: advice.predictedError.relativeStandardError,
    energyKept: advice.energyKept,
    hardThreshold: advice.hardThreshold.threshold,
    hardThresholdRank: advice.hardThreshold.rank,
    hardThresholdRelativeError: advice.hardThreshold.predictedError.relative,
  };
}

/** The tail's fit, x_min in the unit of the eigenvalues of W'W/N; null where it leaves the range of float64. */
export function powerLawResult({ powerLaw, spectrum }: Measurement): PowerLawResult | null {
  if (!powerLaw) return null;
  const { xmin } = powerLaw;
  return {
    ...powerLaw,
    xmin:
      xmin === null ? null : squareInRange(spectrum.singularValues[0]! * Math.sqrt(xmin / spectrum.larger)),
    alphaInterval: powerLaw.alphaInterval && [...powerLaw.alphaInterval],
    alternatives: powerLaw.alternatives?.map((each) => ({ ...each })) ?? null,
  };
}
