import type { EntryCensus } from "./entry-census.ts";

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

/** Name of a format of stored numbers. */
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

/**
 * `value` of every code of a small format, indexed by code: decoding is then one look-up. A NaN keeps its sign and
 * payload, and is quiet, as where hardware widens it.
 */
export function smallFloatTable(format: "F16" | "F8_E4M3" | "F8_E5M2"): Float32Array {
  const table = new Float32Array(format === "F16" ? 1 << 16 : 1 << 8);
  const words = new Uint32Array(table.buffer);
  const fractionBits = floatFormats[format].significandBits - 1;
  for (let bits = 0; bits < table.length; bits++) {
    table[bits] = decodeSmallFloat(bits, format);
    if (!Number.isNaN(table[bits])) continue;
    const sign = bits >= table.length / 2 ? 0x80000000 : 0;
    words[bits] = sign + (0x7fc00000 | ((bits & ((1 << fractionBits) - 1)) << (23 - fractionBits)));
  }
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
 * @param census - of the decoded entries, all finite.
 * @param format - the format that they were stored in.
 * @returns s_u, in the unit of the entries, >= 0; 0 for no entries.
 * @source uniform rounding error: Widrow & Kollar 2008, Quantization Noise, section 1.
 */
export function roundingErrorRms({ count, exponents }: EntryCensus, format: FloatFormatName): number {
  const { significandBits, minExponent } = floatFormats[format];
  let largest = exponents.length - 1;
  while (largest >= 0 && exponents[largest] === 0) largest--;
  if (largest < 0) return 0;
  const top = Math.max(largest - 1023, minExponent);
  let sum = 0;
  for (let biased = 0; biased <= largest; biased++) {
    if (exponents[biased] === 0) continue;
    sum += exponents[biased]! * 4 ** (Math.max(biased - 1023, minExponent) - top);
  }
  return 2 ** (top - significandBits + 1) * Math.sqrt(sum / count / 12);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Where a float64's exponent is in memory. */
const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * How far a stored number is from its neighbours, ulp(w); 0 for an exact zero, as in {@link roundingErrorRms}.
 *
 * @param value - decoded, finite.
 * @param format - the format that it was stored in.
 */
export function spacingOf(value: number, format: FloatFormatName): number {
  if (value === 0) return 0;
  const { significandBits, minExponent } = floatFormats[format];
  double[0] = value;
  const exponent = ((words[highWord]! >>> 20) & 2047) - 1023;
  return 2 ** (Math.max(exponent, minExponent) - significandBits + 1);
}
