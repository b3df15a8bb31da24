import { smallFloatTable } from "../linalg/float-formats.ts";
import type { BlockLayout } from "./block-tensor.ts";

/** A scale of 16 bits, by the byte order of its file. */
export type ReadHalf = (block: DataView, at: number) => number;

let halves: Float32Array | null = null;

function half(code: number): number {
  halves ??= smallFloatTable("F16");
  return halves[code]!;
}

export const littleHalf: ReadHalf = (block, at) => half(block.getUint16(at, true));
export const bigHalf: ReadHalf = (block, at) => half(block.getUint16(at, false));

/** Two codes of 4 bits a byte: the low halves are the first 16 of a block, the high ones the others. */
function nibbles(bytes: Uint8Array, at: number, codes: Int16Array, zero: number): void {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + i]!;
    codes[i] = (byte & 15) - zero;
    codes[i + 16] = (byte >> 4) - zero;
  }
}

/** Their fifth bits, one a bit of four bytes. */
function fifthBits(bytes: Uint8Array, at: number, codes: Int16Array): void {
  for (let i = 0; i < 32; i++) codes[i]! += ((bytes[at + (i >> 3)]! >> (i & 7)) & 1) << 4;
}

const scaled = (half: ReadHalf) => (block: DataView, at: number, steps: Float64Array) => {
  steps[0] = half(block, at);
};

const scaledAndMoved =
  (half: ReadHalf) => (block: DataView, at: number, steps: Float64Array, offsets: Float64Array) => {
    steps[0] = half(block, at);
    offsets[0] = half(block, at + 2);
  };

/**
 * Blocks of 32 entries with one scale, w = d (q - z), or one and a minimum, w = d q + m.
 *
 * @source ggml, src/ggml-common.h (block_q4_0 ...) and src/ggml-quants.c (dequantize_row_q4_0 ...).
 */
export const q4_0 = (half: ReadHalf): BlockLayout => ({
  ...{ entries: 32, bytes: 18, run: 32, scales: scaled(half) },
  codes: (bytes, at, codes) => nibbles(bytes, at + 2, codes, 8),
});

export const q4_1 = (half: ReadHalf): BlockLayout => ({
  ...{ entries: 32, bytes: 20, run: 32, scales: scaledAndMoved(half) },
  codes: (bytes, at, codes) => nibbles(bytes, at + 4, codes, 0),
});

export const q5_0 = (half: ReadHalf): BlockLayout => ({
  ...{ entries: 32, bytes: 22, run: 32, scales: scaled(half) },
  codes(bytes, at, codes) {
    nibbles(bytes, at + 6, codes, 16);
    fifthBits(bytes, at + 2, codes);
  },
});

export const q5_1 = (half: ReadHalf): BlockLayout => ({
  ...{ entries: 32, bytes: 24, run: 32, scales: scaledAndMoved(half) },
  codes(bytes, at, codes) {
    nibbles(bytes, at + 8, codes, 0);
    fifthBits(bytes, at + 4, codes);
  },
});

export const q8_0 = (half: ReadHalf): BlockLayout => ({
  ...{ entries: 32, bytes: 34, run: 32, scales: scaled(half) },
  codes(bytes, at, codes) {
    for (let i = 0; i < 32; i++) codes[i] = (bytes[at + 2 + i]! << 24) >> 24;
  },
});
