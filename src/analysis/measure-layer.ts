import {
  fewestEigenvalues,
  fitMarchenkoPastur,
  type MarchenkoPasturFit,
} from "../fits/fit-marchenko-pastur.ts";
import { drawnConcentration, nullConcentration } from "../fits/null-concentration.ts";
import { fitPowerLaw } from "../fits/power-law.ts";
import { type SecondOpinion, secondOpinions } from "../fits/second-opinion.ts";
import { spacingRatio } from "../fits/spacing-ratio.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import { frobeniusNorm } from "../metrics/frobenius-norm.ts";
import type { Measurement, Metric } from "../metrics/metric.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import type { Examination } from "./examine-matrix.ts";
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

/**
 * Fits, measures and judges one spectrum, against simulated noise of its shape.
 *
 * @param examination - what was found while the entries were at hand. @param seed - of the tail's bootstrap.
 */
export async function measureLayer(
  spectrum: Spectrum,
  examination: Examination,
  compute: Compute,
  seed: number | string,
  keep: "summary" | "all",
): Promise<LayerNumbers> {
  if (!spectrum.exact) return measureEstimate(spectrum, examination, keep);
  const { larger, smaller } = spectrum;
  const tolerance = rankTolerance(spectrum);
  const rank = numericalRank(spectrum, tolerance);
  const entrySize = (frobeniusNorm.compute({ spectrum } as Measurement) ?? 0) / Math.sqrt(larger * smaller);
  const relative = tolerance / entrySize;
  const concentration =
    nullConcentration(larger, smaller, relative) ??
    drawnConcentration(await compute.nullSpectra(larger, smaller), relative);
  // Zeros that noise has too are part of its bulk; more than that are structure, and not fitted.
  const isDeficient = smaller - rank > (concentration?.mostZeros ?? smaller);
  const fitted = isDeficient || spectrum.singularValues[smaller - 1] === 0 ? rank : smaller;
  const isFitted = fitted === rank || fitted < fewestEigenvalues;
  const fit = isFitted ? examination.fit : fitMarchenkoPastur(spectrum, { rank: fitted });
  const ascending = spectrum.singularValues.slice(0, rank).reverse();
  const measurement: Measurement = {
    spectrum,
    rankTolerance: tolerance,
    rank,
    fit,
    nullConcentration: concentration,
    powerLaw: fitPowerLaw(
      ascending.map((value) => (value / spectrum.singularValues[0]!) ** 2),
      { seed },
    ),
    spacing: spacingRatio(bulkOf(ascending, fit)),
  };
  const opinions = secondOpinionsOn(measurement, examination);
  const { verdict, evidence } = judge(measurement, opinions);
  const numbers = metricsByPath(measurement);
  return {
    spectrum: summarizeSpectrum(spectrum, fit, keep),
    marchenkoPastur: fit && marchenkoPasturResult(fit, examination.vectors),
    powerLaw: powerLawResult(measurement),
    concentration: Object.assign(numbers.concentration as unknown as Concentration, {
      ratioNull: concentration && {
        low: concentration.low,
        median: concentration.median,
        high: concentration.high,
      },
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
function bulkOf(ascending: Float64Array, fit: MarchenkoPasturFit | null): Float64Array {
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
