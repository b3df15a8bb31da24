import type { NullSpectra } from "../fits/null-spectra.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";

/** One of the drawn spectra as if it had been computed of a matrix, without an error to speak of. */
export function drawnSpectrum({ larger, smaller, eigenvalues }: NullSpectra, draw: number): Spectrum {
  const ascending = eigenvalues.subarray(draw * smaller, (draw + 1) * smaller);
  const singularValues = ascending.map((value) => Math.sqrt(value * larger)).reverse();
  return {
    rows: larger,
    columns: smaller,
    larger,
    smaller,
    singularValues,
    relativeErrorBounds: new Float64Array(smaller).fill(2 ** -53),
    resolution: 2 ** -53 * singularValues[0]!,
    roundingError: 0,
    format: "F64",
    method: "drawn",
    exact: true,
  };
}
