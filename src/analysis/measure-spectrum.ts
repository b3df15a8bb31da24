import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import type { NullConcentration } from "../fits/null-concentration.ts";
import { fitPowerLaw } from "../fits/power-law.ts";
import { type SecondOpinion, secondOpinions } from "../fits/second-opinion.ts";
import { spacingRatio } from "../fits/spacing-ratio.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import type { Measurement, Metric } from "../metrics/metric.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Examination } from "./examination.ts";
import { marchenkoPasturResult, powerLawResult, shrinkageResult } from "./fit-results.ts";
import { judge } from "./judge.ts";
import { operatorResult } from "./operator-result.ts";
import type { Concentration, LayerResult } from "./result.ts";
import { summarizeSpectrum } from "./summarize-spectrum.ts";

/** The numbers of a layer: what the result holds of it beside its name and shape. */
export type LayerNumbers = Pick<
  LayerResult,
  | "spectrum"
  | "marchenkoPastur"
  | "powerLaw"
  | "concentration"
  | "metrics"
  | "secondOpinions"
  | "comparableAlpha"
  | "shrinkage"
  | "permutationNull"
  | "convolutionOperator"
  | "verdict"
  | "verdictEvidence"
>;

/** A spectrum, and what else its numbers are made of. */
export interface MeasureTask {
  readonly spectrum: Spectrum;
  /** What was found while the entries were at hand. */
  readonly examination: Examination;
  /** What noise of its shape gives; null where that is not known, or the spectrum is an estimate. */
  readonly noise: NullConcentration | null;
  /** Of the tail's bootstrap. */
  readonly seed: number | string;
  readonly keep: "summary" | "all";
}

/** Measures and judges one spectrum, whose bulk is fitted: the same numbers in any thread. */
export function measureSpectrum({ spectrum, examination, noise, seed, keep }: MeasureTask): LayerNumbers {
  if (!spectrum.exact) return measureEstimate(spectrum, examination, keep);
  const { fit } = examination;
  const tolerance = rankTolerance(spectrum);
  const rank = numericalRank(spectrum, tolerance);
  const ascending = spectrum.singularValues.slice(0, rank).reverse();
  const measurement: Measurement = {
    spectrum,
    rankTolerance: tolerance,
    rank,
    fit,
    nullConcentration: noise,
    powerLaw: fitPowerLaw(
      ascending.map((value) => (value / spectrum.singularValues[0]!) ** 2),
      { seed },
    ),
    spacing: spacingRatio(betweenOutliers(ascending, fit)),
  };
  const opinions = secondOpinionsOn(measurement, examination);
  const { verdict, evidence } = judge(measurement, opinions);
  const numbers = metricsByPath(measurement);
  return {
    spectrum: summarizeSpectrum(spectrum, fit, keep),
    marchenkoPastur: fit && marchenkoPasturResult(fit, examination.vectors),
    powerLaw: powerLawResult(measurement),
    concentration: Object.assign(numbers.concentration as unknown as Concentration, {
      ratioNull: noise && { low: noise.low, median: noise.median, high: noise.high },
    }),
    metrics: numbers.metrics ?? {},
    ...(opinions.length > 0 && { secondOpinions: opinions.map(({ law: _, ...opinion }) => opinion) }),
    ...(verdict === "noise-with-spikes" &&
      fit!.spikes.length > 0 && { shrinkage: shrinkageResult(spectrum, fit!) }),
    ...askedFor(examination, keep),
    verdict,
    verdictEvidence: evidence,
  };
}

/** What other laws say of a bulk that is not Marchenko and Pastur's. */
function secondOpinionsOn({ spectrum, fit }: Measurement, { profile }: Examination): SecondOpinion[] {
  if (!profile || !fit || fit.count < spectrum.smaller) return [];
  const { singularValues, larger } = spectrum;
  const { separable, generalizedMarchenkoPastur } = secondOpinions({
    singularValues,
    larger,
    spikes: fit.spikes.length,
    rowMeanSquares: profile.rows,
    columnMeanSquares: profile.columns,
  });
  return [separable, generalizedMarchenkoPastur].filter((opinion) => opinion !== null);
}

/** The singular values between the outliers of a fit. */
function betweenOutliers(ascending: Float64Array, fit: MarchenkoPasturFit | null): Float64Array {
  return ascending.subarray(fit?.spikesBelow?.length ?? 0, ascending.length - (fit?.spikes.length ?? 0));
}

/** What was asked for beside the spectrum; null where the layer does not allow it. */
function askedFor(
  { comparableAlpha, permutation, convolutionOperator }: Examination,
  keep: "summary" | "all",
) {
  return {
    ...(convolutionOperator && { convolutionOperator: operatorResult(convolutionOperator, keep) }),
    ...(comparableAlpha !== undefined && { comparableAlpha }),
    ...(permutation !== undefined && { permutationNull: permutation }),
  };
}

/** What an estimate supports: how large the layer is, and its distribution; no test, and no verdict. */
function measureEstimate(
  spectrum: Spectrum,
  examination: Examination,
  keep: "summary" | "all",
): LayerNumbers {
  const measurement = {
    spectrum,
    rankTolerance: 0,
    rank: 0,
    fit: null,
    nullConcentration: null,
    powerLaw: null,
    spacing: null,
  };
  const known = metricCatalogue.filter((metric) => metric.ofEstimates);
  const off = (100 * spectrum.distributionBound!).toPrecision(2);
  return {
    spectrum: summarizeSpectrum(spectrum, null, keep),
    marchenkoPastur: null,
    powerLaw: null,
    concentration: null,
    metrics: metricsByPath(measurement, known).metrics ?? {},
    ...askedFor(examination, keep),
    verdict: "undetermined",
    verdictEvidence: `the spectrum is an estimate: its distribution function is within ${off} % of the true one, with 95 % confidence`,
  };
}

/** Metrics, all of the catalogue unless told otherwise, grouped by the first part of its id. */
function metricsByPath(
  measurement: Measurement,
  metrics: readonly Metric[] = metricCatalogue,
): Record<string, Record<string, number | null>> {
  const groups: Record<string, Record<string, number | null>> = {};
  for (const metric of metrics) {
    const [group, name, ...deeper] = metric.id.split(".");
    if (deeper.length > 0) continue; // inside an object that is set as a whole
    const value = metric.compute(measurement);
    groups[group!] ??= {};
    groups[group!]![name!] = value !== null && Number.isFinite(value) ? value : null;
  }
  return groups;
}
