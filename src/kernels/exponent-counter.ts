import { censusOfFields, type EntryCensus } from "../linalg/entry-census.ts";
import { type FloatFormatName, floatFormats } from "../linalg/float-formats.ts";
import { decodingModules } from "./decoding-kernels.ts";

interface CountingKernels {
  countExponentsBF16(from: number, count: number, fields: number, counts: number): number;
}

/** The formats whose codes a kernel counts, and the kernel. */
const kernelNames: Partial<Record<FloatFormatName, keyof CountingKernels>> = { BF16: "countExponentsBF16" };

const codeBytes = 2;
/** Codes counted at once, at most; the kernel takes whole steps of them. */
const codesAtOnce = 1 << 17;
const step = 32;
const fieldCount = 256;
/** In the kernel's memory, after the codes: an exponent each, then the counts. */
const fieldsAt = codesAtOnce * codeBytes;
const countsAt = fieldsAt + codesAtOnce;
const pageBytes = 65536;

let kernels: (CountingKernels & { readonly memory: WebAssembly.Memory }) | null = null;

/** Counts entries by their exponents while they are read. */
export interface ExponentCounter {
  /** @param bytes - whole entries as they are stored, little-endian, at any place. */
  update(bytes: Uint8Array): void;
  /** Of all entries so far. */
  census(): EntryCensus;
}

/** A counter of entries in a format; null where there is no kernel for it, or no WebAssembly SIMD. */
export function exponentCounter(format: FloatFormatName): ExponentCounter | null {
  const name = kernelNames[format];
  if (!name || typeof WebAssembly === "undefined" || !decodingModules.runs("decoding")) return null;
  kernels ??= decodingModules.instantiate<CountingKernels>(
    "decoding",
    new WebAssembly.Memory({ initial: Math.ceil((countsAt + 4 * fieldCount) / pageBytes) }),
  );
  const { memory, [name]: count } = kernels;
  const codes = new Uint8Array(memory.buffer, 0, fieldsAt);
  const counts = new Int32Array(memory.buffer, countsAt, fieldCount);
  const fields = new Float64Array(fieldCount);
  let total = 0;
  let zeros = 0;
  return {
    update(bytes) {
      for (let start = 0; start < bytes.length; start += fieldsAt) {
        const piece = bytes.subarray(start, start + fieldsAt);
        codes.set(piece);
        const given = piece.length / codeBytes;
        total += given;
        const whole = Math.ceil(given / step) * step;
        codes.fill(0, piece.length, whole * codeBytes);
        const filling = whole - given;
        zeros += count(0, whole, fieldsAt, countsAt) - filling;
        for (let field = 0; field < fieldCount; field++) fields[field]! += counts[field]!;
        fields[0]! -= filling;
      }
    },
    census: () => censusOfFields(total, fields, fields[0]! - zeros, floatFormats[format].significandBits),
  };
}
