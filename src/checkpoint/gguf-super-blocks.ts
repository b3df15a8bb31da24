import type { BlockLayout } from "./block-tensor.ts";
import type { ReadHalf } from "./gguf-blocks.ts";

/**
 * Blocks of 256 entries, the "K-quants": runs of 16 or 32 entries have scales of a few bits, which one or two scales of
 * 16 bits multiply.
 *
 * @source ggml, src/ggml-common.h (block_q2_K ...) and src/ggml-quants.c (dequantize_row_q2_K ...).
 */
const block = { entries: 256 };

/** w = d sc q - dmin m, q of 2 bits; runs of 16. */
export const q2_k = (half: ReadHalf): BlockLayout => ({
  ...block,
  bytes: 84,
  run: 16,
  scales(view, at, steps, offsets) {
    const d = half(view, at + 80);
    const dmin = half(view, at + 82);
    for (let j = 0; j < 16; j++) {
      const packed = view.getUint8(at + j);
      steps[j] = d * (packed & 15);
      offsets[j] = -dmin * (packed >> 4);
    }
  },
  codes: (bytes, at, codes) => twoBits(bytes, at + 16, codes),
});

/** w = d (sc - 32) q, q of 3 bits from -4 to 3; runs of 16. */
export const q3_k = (half: ReadHalf): BlockLayout => ({
  ...block,
  bytes: 110,
  run: 16,
  scales(view, at, steps) {
    const d = half(view, at + 108);
    for (let j = 0; j < 16; j++) {
      // Four low bits in 8 bytes, low halves first; two high bits in the 4 bytes behind them.
      const low = view.getUint8(at + 96 + (j & 7)) >> (j < 8 ? 0 : 4);
      const high = view.getUint8(at + 104 + (j & 3)) >> (2 * (j >> 2));
      steps[j] = d * (((low & 15) | ((high & 3) << 4)) - 32);
    }
  },
  codes(bytes, at, codes) {
    twoBits(bytes, at + 32, codes);
    for (let i = 0; i < 256; i++) {
      if (((bytes[at + (i & 31)]! >> (i >> 5)) & 1) === 0) codes[i]! -= 4;
    }
  },
});

/** w = d sc q - dmin m, q of 4 bits; runs of 32. */
export const q4_k = (half: ReadHalf): BlockLayout => ({
  ...block,
  bytes: 144,
  run: 32,
  scales: sixBitScales(half),
  codes: (bytes, at, codes) => halvesOf32(bytes, at + 16, codes),
});

/** The same with q of 5 bits. */
export const q5_k = (half: ReadHalf): BlockLayout => ({
  ...block,
  bytes: 176,
  run: 32,
  scales: sixBitScales(half),
  codes(bytes, at, codes) {
    halvesOf32(bytes, at + 48, codes);
    for (let i = 0; i < 256; i++) codes[i]! += ((bytes[at + 16 + (i & 31)]! >> (i >> 5)) & 1) << 4;
  },
});

/** w = d sc (q - 32), q of 6 bits; runs of 16. */
export const q6_k = (half: ReadHalf): BlockLayout => ({
  ...block,
  bytes: 210,
  run: 16,
  scales(view, at, steps) {
    const d = half(view, at + 208);
    for (let j = 0; j < 16; j++) steps[j] = d * view.getInt8(at + 192 + j);
  },
  codes(bytes, at, codes) {
    for (let i = 0; i < 256; i++) {
      const side = i >> 7;
      const low = bytes[at + 64 * side + (i & 63)]! >> ((i >> 6) & 1 ? 4 : 0);
      const high = bytes[at + 128 + 32 * side + (i & 31)]! >> (2 * ((i >> 5) & 3));
      codes[i] = ((low & 15) | ((high & 3) << 4)) - 32;
    }
  },
});

/** w = d q, q of 8 bits, d of 32; what other types are multiplied with, seldom stored. */
export const q8_k = (isLittle: boolean): BlockLayout => ({
  ...block,
  bytes: 292,
  run: 256,
  scales(view, at, steps) {
    steps[0] = view.getFloat32(at, isLittle);
  },
  codes(bytes, at, codes) {
    for (let i = 0; i < 256; i++) codes[i] = (bytes[at + 4 + i]! << 24) >> 24;
  },
});

/** Four codes of 2 bits a byte: 32 bytes hold 128 codes, those of the lowest bits first. */
function twoBits(bytes: Uint8Array, at: number, codes: Int16Array): void {
  for (let i = 0; i < 256; i++) {
    codes[i] = (bytes[at + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;
  }
}

/** Two codes of 4 bits a byte: 32 bytes hold 64 codes, the low halves first. */
function halvesOf32(bytes: Uint8Array, at: number, codes: Int16Array): void {
  for (let group = 0; group < 4; group++) {
    const from = at + 32 * group;
    const low = 64 * group;
    for (let i = 0; i < 32; i++) {
      const byte = bytes[from + i]!;
      codes[low + i] = byte & 15;
      codes[low + 32 + i] = byte >> 4;
    }
  }
}

/** Eight scales and eight minima of 6 bits in 12 bytes, behind the two that multiply them. */
const sixBitScales =
  (half: ReadHalf) =>
  (view: DataView, at: number, steps: Float64Array, offsets: Float64Array): void => {
    const d = half(view, at);
    const dmin = half(view, at + 2);
    for (let j = 0; j < 4; j++) {
      const scale = view.getUint8(at + 4 + j);
      const minimum = view.getUint8(at + 8 + j);
      const both = view.getUint8(at + 12 + j);
      steps[j] = d * (scale & 63);
      offsets[j] = -dmin * (minimum & 63);
      steps[j + 4] = d * ((both & 15) | ((scale >> 2) & 48));
      offsets[j + 4] = -dmin * ((both >> 4) | ((minimum >> 2) & 48));
    }
  };
