import type { FloatFormatName } from "../linalg/float-formats.ts";

/**
 * The singular values of one matrix, with how well each is known.
 *
 * Eigenvalues, where the text speaks of them, are of `W'W / N` with N the larger side: `s_i^2 / N`.
 */
export interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  /** N, the larger side. */
  readonly larger: number;
  /** M, the smaller side: the number of singular values. */
  readonly smaller: number;
  /** Descending, >= 0, in the unit of the weights, length M. */
  readonly singularValues: Float64Array;
  /** Bound on the relative error of each, same order; 1 for a value reported as 0. */
  readonly relativeErrorBounds: Float64Array;
  /** Singular values under this cannot be told from zero by the method used. */
  readonly resolution: number;
  /** s_u: root mean square rounding error of the stored entries, in the unit of the weights. */
  readonly roundingError: number;
  /** Whether that comes from what is stored beside the entries, not from their format alone. */
  readonly isErrorStored?: boolean;
  readonly format: FloatFormatName;
  /** How they were computed: "gram", "accurate", "lanczos"; "zero" where every entry is. */
  readonly method: string;
  /** False for an estimate. */
  readonly exact: boolean;
  /** Of an estimate: how far its distribution function is from the true one, at most, with 95 % confidence. */
  readonly distributionBound?: number;
}

/** Eigenvalues of `W'W / N`, ascending, length M, in the unit of the weights squared. */
export function eigenvalues(spectrum: Spectrum): Float64Array {
  return Float64Array.from(spectrum.singularValues, (s) => (s * s) / spectrum.larger).reverse();
}
