/**
 * The binary floating-point formats weights are stored in: how to decode them, and how large the
 * rounding error of a stored entry is.
 */
export interface FloatFormat {
  /** Bits of the significand, the hidden one included: 24 for F32. */
  readonly significandBits: number;
  /** Exponent of the smallest normal number: -126 for F32. */
  readonly minExponent: number;
}

/** Formats by the names of the safetensors format. */
export const floatFormats = {
  F64: { significandBits: 53, minExponent: -1022 },
  F32: { significandBits: 24, minExponent: -126 },
  F16: { significandBits: 11, minExponent: -14 },
  BF16: { significandBits: 8, minExponent: -126 },
  F8_E4M3: { significandBits: 4, minExponent: -6 },
  F8_E5M2: { significandBits: 3, minExponent: -14 },
} as const satisfies Record<string, FloatFormat>;

export type FloatFormatName = keyof typeof floatFormats;

/**
 * The value of a small binary float, as a number.
 *
 * `(-1)^s * 2^(e - bias) * (1 + f)`, subnormals without the 1; E4M3 has no infinity (its all-ones
 * code is NaN), as in the OCP 8-bit specification.
 *
 * @param bits - the code, right-aligned: 16 bits for F16, 8 for F8.
 * @throws {RangeError} never: every code has a value, NaN included.
 * @source IEEE 754-2019 (binary16); OCP 8-bit Floating Point Specification 1.0, 2023, section 5.
 */
export function decodeSmallFloat(bits: number, format: "F16" | "F8_E4M3" | "F8_E5M2"): number {
  const { significandBits, minExponent } = floatFormats[format];
  const fractionBits = significandBits - 1;
  const exponentBits = format === "F8_E4M3" ? 4 : 5;
  const sign = bits >> (fractionBits + exponentBits) ? -1 : 1;
  const exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = bits & ((1 << fractionBits) - 1);
  const topExponent = (1 << exponentBits) - 1;
  if (exponent === topExponent) {
    if (format !== "F8_E4M3") return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (fraction === (1 << fractionBits) - 1) return Number.NaN;
  }
  const scale = 2 ** (minExponent - fractionBits);
  if (exponent === 0) return sign * fraction * scale;
  return sign * (fraction + (1 << fractionBits)) * scale * 2 ** (exponent - 1);
}

/** `value` of every code of a small format, indexed by code: decoding is then one look-up. */
export function smallFloatTable(format: "F16" | "F8_E4M3" | "F8_E5M2"): Float32Array {
  const table = new Float32Array(format === "F16" ? 1 << 16 : 1 << 8);
  for (let bits = 0; bits < table.length; bits++) table[bits] = decodeSmallFloat(bits, format);
  return table;
}

/**
 * Root mean square rounding error of stored entries, from their actual spacings.
 *
 *     s_u = sqrt( mean_i ulp(w_i)^2 / 12 )
 *
 * A stored number is the true one rounded to the nearest of its neighbours, which are `ulp` apart;
 * the error is uniform in half of that either way. An exact zero counts as exact: pruned entries
 * were not rounded.
 *
 * @param data - decoded entries, any length; finite.
 * @param format - the format that they were stored in.
 * @returns s_u, in the unit of the entries, >= 0; 0 for no entries.
 * @source uniform rounding error: Widrow & Kollar 2008, Quantization Noise, section 1.
 */
export function roundingErrorRms(data: Float32Array | Float64Array, format: FloatFormatName): number {
  const { significandBits, minExponent } = floatFormats[format];
  if (data.length === 0) return 0;
  const counts = data instanceof Float32Array ? countExponents32(data) : countExponents64(data);
  let largest = 2047;
  while (largest > 0 && counts[largest] === 0) largest--;
  if (counts[largest] === 0) return 0;
  const top = Math.max(largest - 1023, minExponent);
  let sum = 0;
  for (let biased = 0; biased <= largest; biased++) {
    if (counts[biased] === 0) continue;
    sum += counts[biased]! * 4 ** (Math.max(biased - 1023, minExponent) - top);
  }
  return 2 ** (top - significandBits + 1) * Math.sqrt(sum / data.length / 12);
}

/** Non-zero entries by the biased exponent of float64: the squares then sum in one order, whatever the entries'. */
function countExponents64(data: Float64Array): Float64Array {
  const counts = new Float64Array(2048);
  const entry = new Float64Array(1);
  const words = new Uint32Array(entry.buffer);
  const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
  for (let i = 0; i < data.length; i++) {
    entry[0] = data[i]!;
    if (entry[0] !== 0) counts[(words[highWord]! >>> 20) & 0x7ff]! += 1;
  }
  return counts;
}

/** The same for float32, three times as fast: subnormal entries count as the smallest normal ones. */
function countExponents32(data: Float32Array): Float64Array {
  const counts = new Float64Array(2048);
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & 0x7fffffff) !== 0) counts[((words[i]! >>> 23) & 0xff) + 896]! += 1;
  }
  return counts;
}
