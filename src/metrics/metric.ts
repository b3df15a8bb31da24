import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import type { NullConcentration } from "../fits/null-concentration.ts";
import type { PowerLawFit } from "../fits/power-law.ts";
import type { SpacingRatio } from "../fits/spacing-ratio.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";

/** What a metric is computed from: the spectrum of one matrix and what was fitted to it. */
export interface Measurement {
  readonly spectrum: Spectrum;
  /** Singular values below this are zero, in the unit of the weights. */
  readonly rankTolerance: number;
  /** Singular values above it. */
  readonly rank: number;
  /** Null when there are too few eigenvalues to fit. */
  readonly fit: MarchenkoPasturFit | null;
  /** What noise of the same shape and rounding gives. */
  readonly nullConcentration: NullConcentration | null;
  /** The fit of the upper tail. */
  readonly powerLaw: PowerLawFit | null;
  /** How neighbouring singular values of the bulk repel each other; null with too few. */
  readonly spacing: SpacingRatio | null;
}

/** Relative errors of what numbers of a layer are made of: bounds, but for that of the scale. */
export interface RelativeErrors {
  /** Of the largest singular value. */
  readonly largest: number;
  /** Of the smallest non-zero one. */
  readonly smallest: number;
  /** Of the Frobenius norm. */
  readonly norm: number;
  /** Standard error of the bulk's scale s over it; null without a fit. */
  readonly scale: number | null;
  /** M, the number of singular values. */
  readonly count: number;
}

/**
 * A number with a name: it declares what it is, and computes itself.
 *
 * The id is its path in a layer of the result, the same in gates, tables and trajectories.
 */
export interface Metric {
  readonly id: string;
  readonly title: string;
  /** Its symbol in the literature, or what heads a narrow column. */
  readonly symbol: string;
  /** "1" (dimensionless), "weight" (the unit of the entries), "weight^2", "count" or "probability". */
  readonly unit: "1" | "weight" | "weight^2" | "count" | "probability";
  /** "fit": it means something only where the Marchenko-Pastur fit is not rejected; "tail": where the power law is reliable. */
  readonly restsOn?: "fit" | "tail";
  /** It rests on the largest singular value and the Frobenius norm alone, which an estimated spectrum has too. */
  readonly ofEstimates?: true;
  /** Significant digits for people; 3 by default. */
  readonly digits?: number;
  /** Id of the metric that is its standard error. */
  readonly standardError?: string;
  /** Path of its confidence interval in a layer, a pair of numbers. */
  readonly interval?: string;
  /** Ids of the metrics that bound what noise gives for it. */
  readonly nullRange?: readonly [low: string, high: string];
  /**
   * Its error by those of what it is made of, to leading order and in its unit; absent where it has a standard error, an
   * interval or no known error. Null where the error is not known.
   */
  readonly errorFrom?: (value: number, relative: RelativeErrors) => number | null;
  readonly formula: string;
  /** What it tells a user, one sentence. */
  readonly meaning: string;
  readonly source: string;
  /** @returns null when it can't be computed. */
  compute(measurement: Measurement): number | null;
}
