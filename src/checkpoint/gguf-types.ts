import type { BlockLayout } from "./block-tensor.ts";
import { bigHalf, littleHalf, q4_0, q4_1, q5_0, q5_1, q8_0 } from "./gguf-blocks.ts";
import { q2_k, q3_k, q4_k, q5_k, q6_k, q8_k } from "./gguf-super-blocks.ts";
import type { PlainDtype } from "./tensor.ts";

/** How one of GGUF's tensor types is stored. */
export interface GgufType {
  readonly name: string;
  /** Entries and bytes of a block; one entry for plain types. */
  readonly entries: number;
  readonly bytes: number;
  readonly plain?: PlainDtype;
  /** How its blocks are decoded, little- and big-endian; null for one whose layout is settled for little-endian alone. */
  readonly little?: BlockLayout;
  readonly big?: BlockLayout;
}

const plain = (name: PlainDtype, bytes: number): GgufType => ({ name, entries: 1, bytes, plain: name });

/** In both byte orders: their only words are scales, which llama.cpp's conversion turns. */
const both = (name: string, little: BlockLayout, big: BlockLayout): GgufType => ({
  ...{ name, entries: little.entries, bytes: little.bytes, little, big },
});

const decoded = (name: string, little: BlockLayout): GgufType => ({
  ...{ name, entries: little.entries, bytes: little.bytes, little },
});

const listed = (name: string, entries: number, bytes: number): GgufType => ({ name, entries, bytes });

/**
 * Tensor types by their numbers in the file. What is only listed has steps that are not equal, or tables of its own.
 *
 * @source ggml, include/ggml.h (enum ggml_type); gguf-py, constants.py (GGML_QUANT_SIZES).
 */
export const ggufTypes: ReadonlyMap<number, GgufType> = new Map([
  [0, plain("F32", 4)],
  [1, plain("F16", 2)],
  [2, both("Q4_0", q4_0(littleHalf), q4_0(bigHalf))],
  [3, decoded("Q4_1", q4_1(littleHalf))],
  [6, decoded("Q5_0", q5_0(littleHalf))],
  [7, decoded("Q5_1", q5_1(littleHalf))],
  [8, both("Q8_0", q8_0(littleHalf), q8_0(bigHalf))],
  [9, listed("Q8_1", 32, 40)],
  [10, decoded("Q2_K", q2_k(littleHalf))],
  [11, decoded("Q3_K", q3_k(littleHalf))],
  [12, both("Q4_K", q4_k(littleHalf), q4_k(bigHalf))],
  [13, decoded("Q5_K", q5_k(littleHalf))],
  [14, both("Q6_K", q6_k(littleHalf), q6_k(bigHalf))],
  [15, decoded("Q8_K", q8_k(true))],
  [16, listed("IQ2_XXS", 256, 66)],
  [17, listed("IQ2_XS", 256, 74)],
  [18, listed("IQ3_XXS", 256, 98)],
  [19, listed("IQ1_S", 256, 50)],
  [20, listed("IQ4_NL", 32, 18)],
  [21, listed("IQ3_S", 256, 110)],
  [22, listed("IQ2_S", 256, 82)],
  [23, listed("IQ4_XS", 256, 136)],
  [24, plain("I8", 1)],
  [25, plain("I16", 2)],
  [26, plain("I32", 4)],
  [27, plain("I64", 8)],
  [28, plain("F64", 8)],
  [29, listed("IQ1_M", 256, 56)],
  [30, plain("BF16", 2)],
  [34, listed("TQ1_0", 256, 54)],
  [35, listed("TQ2_0", 256, 66)],
  [39, listed("MXFP4", 32, 17)],
  [40, listed("NVFP4", 64, 36)],
]);
