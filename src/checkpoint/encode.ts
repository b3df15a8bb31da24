import { floatFormats } from "../linalg/float-formats.ts";
import { inByteOrder } from "./decode.ts";
import type { Dtype } from "./tensor.ts";

/** Dtypes that are written: the floats that training libraries load. */
export type WritableDtype = "F64" | "F32" | "F16" | "BF16";

const encoders: Readonly<
  Record<WritableDtype, (data: Float32Array | Float64Array) => Float32Array | Float64Array | Uint16Array>
> = {
  F64: (data) => Float64Array.from(data),
  F32: (data) => Float32Array.from(data),
  F16: (data) => roundToCodes(data, "F16"),
  BF16: (data) => roundToCodes(data, "BF16"),
};

/** Whether entries of a dtype are written. */
export function isWritable(dtype: Dtype): dtype is WritableDtype {
  return Object.hasOwn(encoders, dtype);
}

/**
 * Entries as they are stored: rounded
 to the nearest number of `dtype`, ties to even, little-endian.
 *
 * @param data - any numbers; those beyond the largest of `dtype` become infinite, NaN stays NaN.
 * @returns whole entries of `dtype`, in an array of their own.
 * @source IEEE 754-2019, section 4.3.1 (roundTiesToEven).
 */
export function encodeEntries(data: Float32Array | Float64Array, dtype: WritableDtype): Uint8Array {
  const encoded = encoders[dtype](data);
  return inByteOrder(new Uint8Array(encoded.buffer), encoded.BYTES_PER_ELEMENT, false);
}

/**
 * In one rounding from the double, since a detour over F32 would round twice. A quantum, the spacing
 * of the format at the number, is a power of two: dividing by it is exact, and the quotient's whole
 * part is the significand. Adding it to the exponent's bits carries by itself when it rounds up to
 * the next power of two, and from the largest number to infinity.
 */
function roundToCodes(data: Float32Array | Float64Array, format: "F16" | "BF16"): Uint16Array {
  const { significandBits, minExponent } = floatFormats[format];
  const fractionBits = significandBits - 1;
  const infinity = 0x7fff - ((1 << fractionBits) - 1);
  const codes = new Uint16Array(data.length);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    view.setFloat64(0, value);
    const high = view.getUint32(0);
    const sign = (high >>> 31) << 15;
    const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, minExponent);
    let code: number;
    if (Number.isNaN(value)) {
      codes[i] = sign | infinity | (1 << (fractionBits - 1));
      continue;
    }
    if (exponent > -minExponent + 1) {
      code = infinity;
    } else {
      const quotient = Math.abs(value) / 2 ** (exponent - fractionBits);
      const whole = Math.floor(quotient);
      const rest = quotient - whole;
      const up = rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0;
      code = ((exponent - minExponent) << fractionBits) + whole + up;
    }
    codes[i] = sign | Math.min(code, infinity);
  }
  return codes;
}
