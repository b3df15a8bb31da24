import { UsageError } from "../errors.ts";
import { censusOf, type EntryCensus, unitOf } from "../linalg/entry-census.ts";
import { type FloatFormatName, roundingErrorRms } from "../linalg/float-formats.ts";
import { asMatrix, type MatrixLike } from "../linalg/matrix.ts";
import { shortUnit } from "../linalg/short-unit.ts";
import { accurateSingularValues } from "./accurate.ts";
import { estimatedSpectrum } from "./estimated-spectrum.ts";
import type { Spectrum } from "./spectrum.ts";
import type { SingularValues, SpectrumEngine } from "./spectrum-engine.ts";
import { isEstimated, needsAccuracy, type SpectrumMethod } from "./spectrum-method.ts";
import { fastestEngine } from "./wasm-engine.ts";

/** Options of {@link computeSpectrum}. */
export interface SpectrumOptions {
  /** The engine; the fastest of this machine by default. */
  readonly engine?: SpectrumEngine;
  /** The format that the entries were stored in, which sets their rounding error; by default F32 for a
   * Float32Array and F64 otherwise. */
  readonly format?: FloatFormatName;
  /** "auto" by default. */
  readonly method?: SpectrumMethod;
  /** Seed of an estimate's probes; 0 by default. */
  readonly seed?: number | string;
  /** The census of the entries, where it was made before; it must be theirs. */
  readonly census?: EntryCensus | undefined;
}

/**
 * All singular values of a matrix, with an error bound for each.
 *
 * What everything else is computed from; exact up to the bounds given, but for the method "lanczos", which estimates.
 *
 * @param matrixLike - W, `[rows, columns]`, at least one entry, all finite.
 * @returns the spectrum; `singularValues` descending, length min(rows, columns), in the unit of W.
 * @throws {UsageError} If the matrix has no entry or one that is not finite.
 * @source Golub & Van Loan 2013, Matrix Computations, section 8.6.3 (singular values by the Gram matrix).
 * @example
 * ```ts
 * import { computeSpectrum } from "marchenko";
 * const spectrum = await computeSpectrum({ rows: 2, columns: 3, data: Float64Array.of(3, 0, 0, 0, 4, 0) });
 * spectrum.singularValues; // [4, 3]
 * spectrum.relativeErrorBounds[1] < 1e-14; // true
 * ```
 */
export async function computeSpectrum(
  matrixLike: MatrixLike,
  options: SpectrumOptions = {},
): Promise<Spectrum> {
  const matrix = asMatrix(matrixLike);
  const { rows, columns, data } = matrix;
  if (data.length === 0)
    throw new UsageError(`a spectrum needs at least one entry, got a ${rows} x ${columns} matrix`);
  const format = options.format ?? (data instanceof Float32Array ? "F32" : "F64");
  const larger = Math.max(rows, columns);
  const smaller = Math.min(rows, columns);
  const census = options.census ?? censusOf(data);
  if (census.nonFinite > 0) {
    throw new UsageError(
      `a spectrum needs finite entries, got ${census.nonFinite} NaN or infinite of ${data.length}`,
    );
  }
  if (census.isZero) {
    return {
      rows,
      columns,
      larger,
      smaller,
      singularValues: new Float64Array(smaller),
      relativeErrorBounds: new Float64Array(smaller),
      resolution: 0,
      roundingError: 0,
      format,
      method: "zero",
      exact: true,
    };
  }
  const engine = options.engine ?? fastestEngine();
  const wanted = options.method ?? "auto";
  const spectrumOf = (values: SingularValues) => spectrumFrom({ rows, columns }, census, format, values);
  if (isEstimated(wanted, rows, columns)) {
    return await estimatedSpectrum(matrix, census, format, options.seed ?? 0);
  }
  if (wanted === "accurate") return spectrumOf(accurateSingularValues(matrix));
  const values = await engine.singularValues(matrix, unitOf(census), shortUnit(census, format));
  const spectrum = spectrumOf(values);
  return wanted === "auto" && needsAccuracy(spectrum) ? spectrumOf(accurateSingularValues(matrix)) : spectrum;
}

/** A spectrum from its values and what the entries are like. */
export function spectrumFrom(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  census: EntryCensus,
  format: FloatFormatName,
  { values, ...known }: SingularValues,
): Spectrum {
  return {
    rows,
    columns,
    larger: Math.max(rows, columns),
    smaller: Math.min(rows, columns),
    format,
    ...known,
    singularValues: values,
    roundingError: roundingErrorRms(census, format),
  };
}
