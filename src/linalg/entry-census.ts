/** How large the entries of a matrix are: all that is asked of them before their spectrum, from one look at each. */
export interface EntryCensus {
  readonly count: number;
  /** Entries that are NaN or infinite. */
  readonly nonFinite: number;
  /** Whether there is nothing but zeros. */
  readonly isZero: boolean;
  /** Finite entries that aren't zero, by the biased exponent of float64: entry e counts those in [2^(e-1023), 2^(e-1022)). */
  readonly exponents: Float64Array;
  /** Binary digits of the longest significand, leading and trailing zeros left out; of float64 as many as there can be. */
  readonly digits: number;
}

/** Biased exponents of float64, and the one of infinities and NaN. */
const exponentCount = 2048;
const topExponent = 2047;
/** The exponent field of a float32, 0 .. 255, is this much lower than that of a float64. */
const singleOffset = 896;
/** Digits of the significands of float32 and float64. */
const singleDigits = 24;
const doubleDigits = 53;
/** High word of a float64 in memory. */
const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * Counts entries by their exponents.
 *
 * Counts are whole numbers: what is computed from them does not depend on the order of the entries.
 *
 * @param data - entries, any length. Subnormal ones of float32 count as 2^-127, of float64 as 2^-1023.
 */
export function censusOf(data: Float32Array | Float64Array): EntryCensus {
  if (data instanceof Float32Array) {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length);
    const { fields, fraction } = countSingles(words);
    const tiny = fields[0]! > 0 ? countTiny(data, 2 ** -126) : 0;
    const trailing = fraction === 0 ? singleDigits - 1 : 31 - Math.clz32(fraction & -fraction);
    return censusOfFields(data.length, fields, tiny, singleDigits - trailing);
  }
  const exponents = new Float64Array(exponentCount);
  const fields = countDoubles(new Int32Array(data.buffer, data.byteOffset, 2 * data.length), highWord);
  for (let field = 1; field < topExponent; field++) exponents[field] = fields[field]!;
  if (fields[0]! > 0) exponents[0] = countTiny(data, 2 ** -1022);
  return censusFrom(data.length, fields[topExponent]!, exponents, data.length === 0 ? 0 : doubleDigits);
}

/**
 * The same of entries in float32, or in what has its exponents, that were counted already.
 *
 * @param fields - how many entries have each of the 256 values of their 8 bits of exponent.
 * @param tiny - how many of those with none are not zero.
 * @param digits - of the longest significand.
 */
export function censusOfFields(
  count: number,
  fields: ArrayLike<number>,
  tiny: number,
  digits: number,
): EntryCensus {
  const exponents = new Float64Array(exponentCount);
  for (let field = 1; field < 255; field++) exponents[field + singleOffset] = fields[field]!;
  exponents[singleOffset] = tiny;
  return censusFrom(count, fields[255]!, exponents, digits);
}

function censusFrom(count: number, nonFinite: number, exponents: Float64Array, digits: number): EntryCensus {
  return { count, nonFinite, isZero: nonFinite === 0 && topOf(exponents) < 0, exponents, digits };
}

/**
 * Counts float32 by the 8 bits behind their sign, and gathers the bits of all their fractions. Four tables take turns, so that equal fields in a row don't wait for each
 * other's count to be written; whole numbers of 32 bits and fixed places, else it takes half as long again.
 */
function countSingles(words: Int32Array): { readonly fields: Int32Array; readonly fraction: number } {
  const tables = new Int32Array(4 * 256);
  const whole = words.length - 3;
  let bits = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    const first = words[i]!;
    const second = words[i + 1]!;
    const third = words[i + 2]!;
    const fourth = words[i + 3]!;
    bits |= first | second | third | fourth;
    const a = (first >>> 23) & 255;
    const b = 256 | ((second >>> 23) & 255);
    const c = 512 | ((third >>> 23) & 255);
    const d = 768 | ((fourth >>> 23) & 255);
    tables[a] = (tables[a]! + 1) | 0;
    tables[b] = (tables[b]! + 1) | 0;
    tables[c] = (tables[c]! + 1) | 0;
    tables[d] = (tables[d]! + 1) | 0;
  }
  for (; i < words.length; i++) {
    bits |= words[i]!;
    tables[(words[i]! >>> 23) & 255]!++;
  }
  return { fields: addTables(tables, 256), fraction: bits & 0x7fffff };
}

/**
 * Counts float64, of which there are the high words at `first`, `first` + 2 .., by the 11 bits behind their sign: two
 * large tables, of which few places are used.
 */
function countDoubles(words: Int32Array, first: number): Int32Array {
  const tables = new Int32Array(2 * exponentCount);
  const whole = words.length - 2;
  let i = first;
  for (; i < whole; i += 4) {
    const a = (words[i]! >>> 20) & topExponent;
    const b = exponentCount | ((words[i + 2]! >>> 20) & topExponent);
    tables[a] = (tables[a]! + 1) | 0;
    tables[b] = (tables[b]! + 1) | 0;
  }
  for (; i < words.length; i += 2) tables[(words[i]! >>> 20) & topExponent]!++;
  return addTables(tables, exponentCount);
}

/** Tables of `size` counts, one after the other, as one. */
function addTables(tables: Int32Array, size: number): Int32Array {
  const counts = tables.slice(0, size);
  for (let at = size; at < tables.length; at++) counts[at % size]! += tables[at]!;
  return counts;
}

/** Entries that are neither zero nor as large as `normal`. */
function countTiny(data: Float32Array | Float64Array, normal: number): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]!);
    if (magnitude < normal && magnitude !== 0) count++;
  }
  return count;
}

/** The largest exponent that any entry has; -1 when there is none. */
function topOf(exponents: Float64Array): number {
  let top = exponentCount - 1;
  while (top >= 0 && exponents[top] === 0) top--;
  return top;
}

/** A power of two within a factor of two of the largest entry: dividing by it is exact and brings entries near 1. */
export function unitOf({ exponents }: EntryCensus): number {
  const top = topOf(exponents);
  return top < 0 ? 1 : 2 ** Math.max(top - 1023, -1020);
}

/** The census of all entries of two together. */
export function joinCensus(a: EntryCensus, b: EntryCensus): EntryCensus {
  return {
    count: a.count + b.count,
    nonFinite: a.nonFinite + b.nonFinite,
    isZero: a.isZero && b.isZero,
    exponents: a.exponents.map((count, exponent) => count + b.exponents[exponent]!),
    digits: Math.max(a.digits, b.digits),
  };
}
