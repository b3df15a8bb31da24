import { type EntryCensus, unitOf } from "./entry-census.ts";

/** Beyond this, and below its inverse, sums of squares come near the ends of float64's range. */
const farFromOne = 2 ** 256;

/**
 * What to divide entries by so that squares of them stay in the range of float64.
 *
 * @param census - of the entries.
 * @returns 1 where they are near enough to 1 as they are; else a power of two, by which they keep all their digits.
 */
export function farUnitOf(census: EntryCensus): number {
  const unit = unitOf(census);
  return unit < farFromOne && unit > 1 / farFromOne ? 1 : unit;
}

/** Entries over a unit: themselves where that is 1, else a copy. */
export function overUnit<Data extends Float32Array | Float64Array>(data: Data, unit: number): Data {
  return unit === 1 ? data : (data.map((entry) => entry / unit) as Data);
}
