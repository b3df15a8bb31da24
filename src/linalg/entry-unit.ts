import { type EntryCensus, unitOf } from "./entry-census.ts";
import { type FloatFormatName, floatFormats } from "./float-formats.ts";

/** What the entries of a matrix are divided by before they are multiplied. */
export interface EntryUnit {
  /** A power of two: dividing by it is exact. */
  readonly unit: number;
  /**
   * Whether nearly all entries are whole multiples of 2^-13 units below 4 units: integers of 15 bits and a sign. The unit
   * is then the one of which that is true for most; else it is near the largest entry.
   */
  readonly areShort: boolean;
}

/** Short entries are multiples of 2^-13 units. */
const shortDigits = 13;
/** Where more entries than this are not, they take the time that the others save. */
const mostLong = 0.07;
/** Formats of more digits have as many entries that are not: of noise in F16 they are a third. */
const mostDigits = 8;
/** Largest entries are at most this power of two, and at least one over it: far from the ends of float32. */
const mostShortExponent = 60;
/** Units are at most this many powers of two above that of the largest entry, and below. */
const mostAbove = 2;
const mostBelow = 20;
/**
 * Mean square of short entries, at most, in units: 32 in a row of equal size are to have squares of less than 2^31 in all,
 * in units of 2^-13, since what is more makes a rest (`kernels/assembly/short-pack.ts`).
 */
const mostMeanSquare = 2 ** 31 / 32 / 4 ** shortDigits;

/** Whether entries of a format may be short. */
export function mayBeShort(format: FloatFormatName): boolean {
  return floatFormats[format].significandBits <= mostDigits;
}

/**
 * The unit of a matrix' entries, and whether they are short in it.
 *
 * @param census - of the entries, all finite, one of them not zero.
 * @param format - that they were stored in, and has so many digits; those that were computed from what was stored, such as
 *   of a weight norm, have more, as their census says.
 */
export function entryUnit(census: EntryCensus, format: FloatFormatName): EntryUnit {
  const { count, exponents, digits } = census;
  const long = { unit: unitOf(census), areShort: false };
  if (!mayBeShort(format)) return long;
  const top = exponents.findLastIndex((entries) => entries > 0);
  if (Math.abs(top - 1023) > mostShortExponent) return long;
  const most = Math.max(digits, floatFormats[format].significandBits);
  /** Exponents that entries have: all of float32's lie within 277 of each other. */
  const present: number[] = [];
  for (let exponent = top; exponent > top - 278; exponent--) {
    if (exponents[exponent]! > 0) present.push(exponent);
  }
  let best = top;
  let fewest = count;
  for (let unit = top + mostAbove; unit >= top - mostBelow; unit--) {
    const least = unit - shortDigits + most - 1;
    let squares = 0;
    let left = 0;
    for (const exponent of present) {
      const entries = exponents[exponent]!;
      if (exponent > unit + 1 || exponent < least) left += entries;
      else squares += entries * 4 ** (exponent + 1 - unit);
    }
    if (squares <= mostMeanSquare * count && left < fewest) [best, fewest] = [unit, left];
  }
  if (fewest > mostLong * count) return long;
  return { unit: 2 ** (best - 1023), areShort: true };
}
