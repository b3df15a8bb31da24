import { UsageError } from "../errors.ts";
import { marchenkoPastur } from "../laws/marchenko-pastur.ts";
import { squareInRange } from "../linalg/float-range.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { bulkScale } from "./bulk-scale.ts";
import { ksDistance } from "./ks-distance.ts";
import { ksNullPValue, scaleStandardError } from "./ks-null.ts";
import { type Spike, spikesAbove, spikesBelow } from "./spikes.ts";

/** Fewer eigenvalues than this do not determine a bulk. */
export const fewestEigenvalues = 8;

/** A Marchenko-Pastur law fitted to the bulk of a spectrum, and how well it fits. */
export interface MarchenkoPasturFit {
  /** s: standard deviation of one entry of the bulk, in the unit of the weights. */
  readonly scale: number;
  readonly scaleStandardError: number;
  /** M: eigenvalues fitted. */
  readonly count: number;
  /** q = M / N, in (0, 1]. */
  readonly aspectRatio: number;
  /** Edges of the bulk, eigenvalues of `W'W / N`; null where they leave the range of float64. */
  readonly lambdaMinus: number | null;
  readonly lambdaPlus: number | null;
  /** KS distance of the eigenvalues that are not spikes from the fitted law, in [0, 1]. */
  readonly ksDistance: number;
  /** Probability that noise lies as far from its own fit, in [1e-5, 0.99]; null where under 8 values are no outliers. */
  readonly pValue: number | null;
  /** lambdaPlus over the largest eigenvalue, > 0. */
  readonly softRank: number;
  /** Outliers above the bulk, largest first. */
  readonly spikes: readonly Spike[];
  /** Outliers below, smallest first; null where structural zeros were left out. */
  readonly spikesBelow: readonly Spike[] | null;
}

/** Options of {@link fitMarchenkoPastur}. */
export interface MarchenkoPasturFitOptions {
  /** Only the largest this many eigenvalues are fitted (the others are structural zeros); all by default. */
  readonly rank?: number;
}

/**
 * Fits the Marchenko-Pastur law to the bulk of a spectrum, and lists what stands out of it.
 *
 * The scale is read from the trimmed bulk, so that spikes do not move it; its error and the p-value come from
 * simulated Gaussian noise, fitted in the same way.
 *
 * @param spectrum - of a matrix whose smaller side (or `rank`) is at least 8.
 * @returns the fit; eigenvalues in the unit of the weights squared, singular values and scale in that unit.
 * @throws {UsageError} If there are fewer than 8 eigenvalues to fit, or the spectrum is zero or not finite.
 * @source Marchenko & Pastur 1967; Johnstone 2001; see `bulkScale`, `spikesAbove` and `invertBbp` for the parts.
 * @example
 * ```ts
 * import { computeSpectrum, fitMarchenkoPastur, randomStream } from "marchenko";
 * const stream = randomStream(1, ["example"]);
 * const data = Float64Array.from({ length: 60 * 240 }, () => 0.5 * stream.normal());
 * const fit = fitMarchenkoPastur(await computeSpectrum({ rows: 60, columns: 240, data }));
 * Math.abs(fit.scale / 0.5 - 1) < 0.03; // true
 * fit.spikes.length; // 0
 * ```
 */
export function fitMarchenkoPastur(
  spectrum: Spectrum,
  options: MarchenkoPasturFitOptions = {},
): MarchenkoPasturFit {
  const { larger } = spectrum;
  const count = options.rank ?? spectrum.smaller;
  if (count < fewestEigenvalues || spectrum.singularValues[count - 1] === 0) {
    throw new UsageError(
      `a Marchenko-Pastur fit needs at least ${fewestEigenvalues} non-zero eigenvalues, got ${count} ` +
        `of a ${spectrum.rows} x ${spectrum.columns} matrix; pass \`rank\` to leave out structural zeros`,
    );
  }
  // Fitted in units of the largest entry that could be, so that 1e-300 and 1e300 do not leave the range of squares.
  const unit = spectrum.singularValues[0]!;
  if (!Number.isFinite(unit)) {
    throw new UsageError(`a Marchenko-Pastur fit needs finite singular values, got ${unit}`);
  }
  const ascending = eigenvaluesOver(unit, spectrum, count);

  const { scale, setAside } = bulkScale(ascending, larger);
  const scaleError = scaleStandardError(count - setAside, larger - setAside);
  const above = spikesAbove(ascending, larger, scale, scaleError);
  const below = count < spectrum.smaller ? null : spikesBelow(ascending, larger, scale, scaleError);

  const bulk = ascending.subarray(below?.length ?? 0, count - above.length);
  const missing = count - bulk.length;
  const bulkRatio = bulk.length / (larger - missing);
  const law = marchenkoPastur(bulkRatio, scale * Math.sqrt((larger - missing) / larger));
  const distance = ksDistance(bulk, law.cdf);

  const aspectRatio = count / larger;
  const root = Math.sqrt(aspectRatio);
  const rescale = (spike: Spike): Spike => ({
    ...spike,
    singularValue: spike.singularValue * unit,
    strength: spike.strength === null ? null : spike.strength * unit,
  });
  return {
    scale: scale * unit,
    scaleStandardError: scale * unit * scaleError,
    count,
    aspectRatio,
    lambdaMinus: squareInRange(scale * (1 - root) * unit),
    lambdaPlus: squareInRange(scale * (1 + root) * unit),
    ksDistance: distance,
    pValue: bulk.length < fewestEigenvalues ? null : ksNullPValue(distance, bulk.length, bulkRatio),
    softRank: (scale ** 2 * (1 + root) ** 2) / ascending[count - 1]!,
    spikes: above.map(rescale),
    spikesBelow: below?.map(rescale) ?? null,
  };
}

/** The largest `count` eigenvalues of W'W / N in the square of a unit, ascending. */
function eigenvaluesOver(unit: number, { singularValues, larger }: Spectrum, count: number): Float64Array {
  const ascending = new Float64Array(count);
  for (let i = 0; i < count; i++) ascending[count - 1 - i] = (singularValues[i]! / unit) ** 2 / larger;
  return ascending;
}
