import { marchenkoPastur } from "../laws/marchenko-pastur.ts";
import { tracyWidom } from "../laws/tracy-widom.ts";
import { upperEdge } from "./edge-law.ts";

/**
 * The part of the ordered bulk that the scale is read from. The lowest tenth is left out for what may
 * lie below the bulk, the highest quarter for spikes not yet recognised: 25 % of outliers do no harm.
 */
export const trimLow = 0.1;
export const trimHigh = 0.75;
/** Eigenvalues above this quantile of the largest noise eigenvalue are set aside while fitting. At 0.95 the
 * noise that is set aside lowers the scale and doubles the false alarms; a weak spike left in does no harm. */
export const setAsideLevel = 0.999;
/** At most this share of a spectrum is set aside: with more there is no bulk to speak of. */
const maxSetAside = 0.5;

let edgeQuantile: number | null = null; // reckoned when first needed: importing costs nothing

/** Scale of the bulk, and how many eigenvalues were set aside as too large for it. */
export interface BulkScale {
  /** s, the standard deviation of one entry of the noise. */
  readonly scale: number;
  readonly setAside: number;
}

const trimmedSums = new Map<string, number>();

/** Sum of the unit-scale Marchenko-Pastur quantiles over the trimmed ranks, kept per shape. */
function trimmedQuantileSum(larger: number, smaller: number, from: number, to: number): number {
  const key = `${larger} ${smaller}`;
  let sum = trimmedSums.get(key);
  if (sum === undefined) {
    const law = marchenkoPastur(smaller / larger, 1);
    sum = 0;
    for (let i = from; i < to; i++) sum += law.quantile((i + 0.5) / smaller);
    if (trimmedSums.size > 4096) trimmedSums.clear();
    trimmedSums.set(key, sum);
  }
  return sum;
}

/**
 * The noise scale under a spectrum, which spikes do not move.
 *
 *     s^2 = sum of the trimmed bulk eigenvalues / sum of the Marchenko-Pastur quantiles of their ranks
 *
 * Eigenvalues beyond the noise edge are set aside and the rest refitted as noise of a matrix that lost as
 * many rows and columns, until nothing more is beyond.
 *
 * @param ascending - eigenvalues of `W'W / N`, ascending, length M >= 4, not all zero in the trimmed part.
 * @param larger - N >= M.
 * @returns the scale, > 0, in the unit of the weights.
 * @source trimmed quantile matching: Ke, Ma & Lin 2023, J. Am. Stat. Assoc. 118:374-392 (BEMA); the
 *   iteration and the reduced shape are this package's.
 */
export function bulkScale(ascending: Float64Array, larger: number): BulkScale {
  const smaller = ascending.length;
  const most = Math.floor(smaller * maxSetAside);
  edgeQuantile ??= tracyWidom(1).quantile(setAsideLevel);
  let setAside = 0;
  for (;;) {
    const bulk = smaller - setAside;
    const rows = larger - setAside;
    const from = Math.floor(bulk * trimLow);
    const to = Math.max(from + 1, Math.ceil(bulk * trimHigh));
    let sum = 0;
    for (let i = from; i < to; i++) sum += ascending[i]!;
    const variance = ((sum / trimmedQuantileSum(rows, bulk, from, to)) * larger) / rows;
    const edge = upperEdge(rows, bulk);
    const threshold = (variance * (edge.centre + edgeQuantile * edge.width)) / larger;
    let beyond = 0;
    while (beyond < most && ascending[smaller - 1 - beyond]! > threshold) beyond++;
    if (beyond <= setAside) return { scale: Math.sqrt(variance), setAside };
    setAside = beyond;
  }
}
