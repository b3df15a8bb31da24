import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import { squareInRange } from "../linalg/float-range.ts";
import { noiseFloor, numericalRank, rankTolerance } from "../spectrum/rank.ts";
import { eigenvalues, type Spectrum } from "../spectrum/spectrum.ts";
import type { SpectrumSummary } from "./result.ts";

const quantileCount = 257;
const topCount = 64;
/** The bins resolve the bulk; what lies beyond this many times its edge shares one last bin. */
const bulkReach = 1.2;

/** What a result keeps of a spectrum: enough to draw it, and all of it with `spectra`. */
export function summarizeSpectrum(
  spectrum: Spectrum,
  fit: MarchenkoPasturFit | null,
  keep: "summary" | "all",
): SpectrumSummary {
  const ascending = hasEigenvalues(spectrum) ? eigenvalues(spectrum) : new Float64Array(0);
  return {
    rows: spectrum.rows,
    columns: spectrum.columns,
    method: spectrum.method,
    exact: spectrum.exact,
    count: spectrum.smaller,
    relativeErrorBound: largestOf(spectrum.relativeErrorBounds),
    ...(spectrum.distributionBound !== undefined && { distributionErrorBound: spectrum.distributionBound }),
    ...(spectrum.isErrorStored && { noiseFloor: noiseFloor(spectrum) }),
    histogram: histogram(ascending, fit),
    quantiles: quantiles(ascending),
    top: listOf(spectrum.singularValues.subarray(0, topCount)),
    ...(keep === "all" && {
      singularValues: listOf(spectrum.singularValues),
      relativeErrorBounds: listOf(spectrum.relativeErrorBounds),
    }),
  };
}

function largestOf(bounds: Float64Array): number {
  let largest = 0;
  for (const each of bounds) largest = Math.max(largest, each);
  return largest;
}

/** As an array of just that length: `Array.from` leaves room for half as many more, and results are kept. */
function listOf(values: Float64Array): number[] {
  const list = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) list[i] = values[i]!;
  return list;
}

/** Whether float64 holds the squares of all singular values that are not zero. */
function hasEigenvalues(spectrum: Spectrum): boolean {
  const { singularValues, larger } = spectrum;
  const least = Math.max(0, numericalRank(spectrum, rankTolerance(spectrum)) - 1);
  return (
    squareInRange(singularValues[0]!) !== null &&
    squareInRange(singularValues[least]! / Math.sqrt(larger)) !== null
  );
}

/** Quantiles at 0, 1/256, ..., 1, linear between the order statistics. */
function quantiles(ascending: Float64Array): number[] {
  const last = ascending.length - 1;
  if (last < 0) return [];
  const values = new Float64Array(quantileCount);
  for (let k = 0; k < quantileCount; k++) {
    const place = (k / (quantileCount - 1)) * last;
    const below = Math.floor(place);
    const above = Math.min(below + 1, last);
    values[k] = ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
  }
  return listOf(values);
}

/** Equal bins over the bulk, and one more for what lies beyond it. */
function histogram(
  ascending: Float64Array,
  fit: MarchenkoPasturFit | null,
): { edges: number[]; counts: number[] } {
  const count = ascending.length;
  if (count === 0) return { edges: [], counts: [] };
  const low = ascending[0]!;
  const high = ascending[count - 1]!;
  if (low === high) return { edges: [low, high], counts: [count] };
  const ninetieth = ascending[Math.floor(0.9 * (count - 1))]!;
  const bulkEnd = fit?.lambdaPlus ? Math.max(bulkReach * fit.lambdaPlus, ninetieth) : high;
  const end = bulkEnd > low && bulkEnd < high ? bulkEnd : high;
  const bins = Math.min(80, Math.max(8, Math.round(count / 8)));
  const edges = new Array<number>(bins + (end < high ? 2 : 1));
  for (let k = 0; k < bins; k++) edges[k] = low + (k / bins) * (end - low);
  edges[bins] = end;
  if (end < high) edges[bins + 1] = high;
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const eigenvalue of ascending) {
    while (bin < counts.length - 1 && eigenvalue >= edges[bin + 1]!) bin++;
    counts[bin]! += 1;
  }
  return { edges, counts };
}
