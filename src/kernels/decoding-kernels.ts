import type { FloatFormatName } from "../linalg/float-formats.ts";
import { binary } from "./generated/decoding.ts";
import { kernelModules } from "./kernel-modules.ts";

/** Formats of 16 and 8 bits. */
export type SmallFloatName = Exclude<FloatFormatName, "F64" | "F32">;

/** Addresses are bytes in the kernels' memory; counts are entries, a multiple of 16. */
type Kernel = (from: number, count: number, to: number) => void;

interface DecodingKernels {
  readonly decodeBF16: Kernel;
  readonly decodeF16: Kernel;
  readonly decodeE4M3: Kernel;
  readonly decodeE5M2: Kernel;
}

const kernelNames = {
  BF16: "decodeBF16",
  F16: "decodeF16",
  F8_E4M3: "decodeE4M3",
  F8_E5M2: "decodeE5M2",
} as const satisfies Record<SmallFloatName, keyof DecodingKernels>;

const widths: Readonly<Record<SmallFloatName, number>> = { BF16: 2, F16: 2, F8_E4M3: 1, F8_E5M2: 1 };

/** Entries decoded at once: their 64 kB are still in the nearest cache but one when they are copied. */
const ENTRIES = 1 << 14;
const OUTPUT_BYTES = 4 * ENTRIES;
/** Bytes of stored entries at once, at most, and what is read beyond the last of them. */
const INPUT_BYTES = 2 * ENTRIES + 64;
const PAGE_BYTES = 65536;

/** The one binary of all that is done to stored entries. */
export const decodingModules = kernelModules({ decoding: binary });

/** Decodes small floats into arrays, by way of a memory of its own. */
export interface SmallFloatDecoder {
  /** Part of that memory, for stored entries: from here they are decoded without a copy. */
  readonly scratch: Uint8Array;
  /**
   * @param bytes - whole little-endian entries, in `scratch` or anywhere.
   * @param into - gets as many entries; a NaN keeps its sign, and in 16 bits what it holds.
   */
  decode(format: SmallFloatName, bytes: Uint8Array, into: Float32Array): void;
}

/**
 * A decoder whose `scratch` has so many bytes.
 *
 * @returns null where there is no WebAssembly SIMD.
 */
export function smallFloatDecoder(scratchBytes: number): SmallFloatDecoder | null {
  if (typeof WebAssembly === "undefined" || !decodingModules.runs("decoding")) return null;
  const bytes = OUTPUT_BYTES + INPUT_BYTES + scratchBytes + 64;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const kernels = decodingModules.instantiate<DecodingKernels>("decoding", memory);
  const output = new Float32Array(memory.buffer, 0, ENTRIES);
  const input = new Uint8Array(memory.buffer, OUTPUT_BYTES, INPUT_BYTES);
  return {
    scratch: new Uint8Array(memory.buffer, OUTPUT_BYTES + INPUT_BYTES, scratchBytes),
    decode(format, stored, into) {
      const kernel = kernels[kernelNames[format]];
      const width = widths[format];
      const isHere = stored.buffer === memory.buffer;
      for (let start = 0; start < into.length; start += ENTRIES) {
        const count = Math.min(ENTRIES, into.length - start);
        const from = isHere ? stored.byteOffset + start * width : input.byteOffset;
        if (!isHere) input.set(stored.subarray(start * width, (start + count) * width));
        kernel(from, Math.ceil(count / 16) * 16, output.byteOffset);
        into.set(count === ENTRIES ? output : output.subarray(0, count), start);
      }
    },
  };
}
