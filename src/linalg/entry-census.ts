/** How large the entries of a matrix are: all that is asked of them before their spectrum, from one look at each. */
export interface EntryCensus {
  readonly count: number;
  /** Entries that are NaN or infinite. */
  readonly nonFinite: number;
  /** Whether there is nothing but zeros. */
  readonly isZero: boolean;
  /** Finite entries that aren't zero, by the biased exponent of float64: entry e counts those in [2^(e-1023), 2^(e-1022)). */
  readonly exponents: Float64Array;
}

/** Biased exponents of float64, and the one of infinities and NaN. */
const exponentCount = 2048;
const topExponent = 2047;
/** The exponent field of a float32, 0 .. 255, is this much lower than that of a float64. */
const singleOffset = 896;
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
  const exponents = new Float64Array(exponentCount);
  let nonFinite: number;
  if (data instanceof Float32Array) {
    const fields = countFields(new Int32Array(data.buffer, data.byteOffset, data.length), 0, 1, 8);
    nonFinite = fields[255]!;
    for (let field = 1; field < 255; field++) exponents[field + singleOffset] = fields[field]!;
    if (fields[0]! > 0) exponents[singleOffset] = countTiny(data, 2 ** -126);
  } else {
    const fields = countFields(
      new Int32Array(data.buffer, data.byteOffset, 2 * data.length),
      highWord,
      2,
      11,
    );
    nonFinite = fields[topExponent]!;
    for (let field = 1; field < topExponent; field++) exponents[field] = fields[field]!;
    if (fields[0]! > 0) exponents[0] = countTiny(data, 2 ** -1022);
  }
  return { count: data.length, nonFinite, isZero: nonFinite === 0 && topOf(exponents) < 0, exponents };
}

/**
 * Counts words by the `bits` behind their first, the sign. Eight tables take turns, so that equal fields in a row don't
 * wait for each other's count to be written; whole numbers of 32 bits all the way, which runs half again as fast.
 */
function countFields(words: Int32Array, first: number, step: number, bits: number): Int32Array {
  const size = 1 << bits;
  const mask = size - 1;
  const shift = 31 - bits;
  const tables = new Int32Array(8 * size);
  const whole = words.length - 7 * step;
  let i = first;
  for (; i < whole; i += 8 * step) {
    const a = (words[i]! >>> shift) & mask;
    const b = size | ((words[i + step]! >>> shift) & mask);
    const c = (2 * size) | ((words[i + 2 * step]! >>> shift) & mask);
    const d = (3 * size) | ((words[i + 3 * step]! >>> shift) & mask);
    const e = (4 * size) | ((words[i + 4 * step]! >>> shift) & mask);
    const f = (5 * size) | ((words[i + 5 * step]! >>> shift) & mask);
    const g = (6 * size) | ((words[i + 6 * step]! >>> shift) & mask);
    const h = (7 * size) | ((words[i + 7 * step]! >>> shift) & mask);
    tables[a] = (tables[a]! + 1) | 0;
    tables[b] = (tables[b]! + 1) | 0;
    tables[c] = (tables[c]! + 1) | 0;
    tables[d] = (tables[d]! + 1) | 0;
    tables[e] = (tables[e]! + 1) | 0;
    tables[f] = (tables[f]! + 1) | 0;
    tables[g] = (tables[g]! + 1) | 0;
    tables[h] = (tables[h]! + 1) | 0;
  }
  for (; i < words.length; i += step) tables[(words[i]! >>> shift) & mask]!++;
  const counts = tables.slice(0, size);
  for (let at = size; at < tables.length; at++) counts[at & mask]! += tables[at]!;
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
  };
}
