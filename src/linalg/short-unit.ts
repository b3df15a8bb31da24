import type { EntryCensus } from "./entry-census.ts";
import { type FloatFormatName, floatFormats } from "./float-formats.ts";

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

/** Whether entries of a format may be short: whether {@link shortUnit} is worth asking. */
export function mayBeShort(format: FloatFormatName): boolean {
  return floatFormats[format].significandBits <= mostDigits;
}

/**
 * The unit in which nearly all entries of a matrix are short: whole multiples of 2^-13 units below 4 units, which are
 * integers of 15 bits and a sign. Of those in which their mean square is not too large the one that leaves fewest over.
 *
 * @param census - of the entries, all finite.
 * @param format - that they were stored in, and has so many digits; those that were computed from what was stored, such as
 *   of a weight norm, have more, as their census says.
 * @returns a power of two, which may be far below the largest entry; null where too many are left over in any.
 */
export function shortUnit({ count, exponents, digits }: EntryCensus, format: FloatFormatName): number | null {
  if (!mayBeShort(format)) return null;
  const top = exponents.findLastIndex((entries) => entries > 0);
  if (Math.abs(top - 1023) > mostShortExponent) return null;
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
  return fewest <= mostLong * count ? 2 ** (best - 1023) : null;
}
