import { censusOf, type EntryCensus, unitOf } from "../linalg/entry-census.ts";
import { type FloatFormatName, roundingErrorRms } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { farUnitOf, overUnit } from "../linalg/near-one.ts";
import { estimateSpectrum } from "./lanczos-quadrature.ts";
import type { Spectrum } from "./spectrum.ts";

/** A Ritz value this close to a singular value, relative to it, is one. */
const converged = 1e-9;

/**
 * A spectrum from an estimate of its distribution: `exact` is false, and only the largest values and the sum of all
 * squares are known to many digits.
 *
 *     s_i = sqrt(N Q(1 - (i - 1/2) / M)),  Q the quantile function of the estimate
 *
 * The largest values are Ritz values where those have converged. The others are stretched by one factor near 1, up to
 * the last of these, so that the squares of all sum to the squared Frobenius norm, which Lanczos gives exactly.
 *
 * @param matrix - W, some entry not zero, all finite.
 * @param seed - of the probes.
 * @returns the spectrum; the bound of each value holds for all at once with 95 % confidence, and is at most 1.
 * @source Lin, Saad & Yang 2016, SIAM Review 58:34-65.
 */
export async function estimatedSpectrum(
  matrix: Matrix,
  census: EntryCensus,
  format: FloatFormatName,
  seed: number | string,
): Promise<Spectrum> {
  const unit = farUnitOf(census);
  if (unit !== 1) {
    const data = overUnit(matrix.data, unit);
    const spectrum = await estimatedSpectrum({ ...matrix, data }, censusOf(data), format, seed);
    return {
      ...spectrum,
      singularValues: spectrum.singularValues.map((value) => value * unit),
      resolution: spectrum.resolution * unit,
      roundingError: roundingErrorRms(census, format),
    };
  }
  const { rows, columns } = matrix;
  const larger = Math.max(rows, columns);
  const smaller = Math.min(rows, columns);
  const estimate = await estimateSpectrum(matrix, { seed });
  const distributionBound = Math.min(1, estimate.quadratureBound + estimate.samplingBound);
  const at = (p: number): number => Math.sqrt(larger * estimate.quantile(Math.min(1, Math.max(0, p))));
  const singularValues = new Float64Array(smaller);
  const relativeErrorBounds = new Float64Array(smaller);
  let squares = 0;
  let known = 0;
  while (known < smaller && isConverged(estimate.top[known])) {
    const { value, residual } = estimate.top[known]!;
    singularValues[known] = value;
    relativeErrorBounds[known] = residual / value;
    squares += value * value;
    known++;
  }
  const largest = known > 0 ? singularValues[0]! : estimate.frobeniusNorm;
  const cap = known > 0 ? singularValues[known - 1]! : estimate.frobeniusNorm;
  const others = singularValues.subarray(known);
  for (const i of others.keys()) others[i] = at(1 - (known + i + 0.5) / smaller);
  const stretch = stretchTo(Math.max(0, estimate.frobeniusNorm ** 2 - squares), others, cap);
  for (const [i, raw] of others.entries()) {
    const value = Math.min(cap, raw * stretch);
    others[i] = value;
    // Beyond its ends the band says nothing: the smallest may be 0, and the largest as large as the largest is.
    const p = 1 - (known + i + 0.5) / smaller;
    const low = p > distributionBound ? at(p - distributionBound) : 0;
    const high = p + distributionBound < 1 ? at(p + distributionBound) : largest;
    const bound = value > 0 ? Math.max(high - value, value - low) / value : 1;
    relativeErrorBounds[known + i] = Math.min(1, bound);
  }
  return {
    rows,
    columns,
    larger,
    smaller,
    singularValues,
    relativeErrorBounds,
    resolution: Math.max(Math.sqrt(larger * estimate.resolution), Number.EPSILON * unitOf(census)),
    roundingError: roundingErrorRms(census, format),
    format,
    method: "lanczos",
    exact: false,
    distributionBound,
  };
}

/** The factor by which values, none beyond `cap`, come to have this sum of squares. */
function stretchTo(squares: number, values: Float64Array, cap: number): number {
  const sum = (factor: number) =>
    values.reduce((total, value) => total + Math.min(cap, factor * value) ** 2, 0);
  let low = 0;
  let high = 2;
  while (sum(high) < squares && high < 2 ** 60) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (sum(middle) < squares) low = middle;
    else high = middle;
  }
  return high;
}

function isConverged(ritz: { readonly value: number; readonly residual: number } | undefined): boolean {
  return ritz !== undefined && ritz.residual <= converged * ritz.value;
}
