import type { SpecialTokens } from "./dataset.ts";

/** Turns text into token ids and back. */
export interface Tokenizer {
  /** Ids are 0 to `vocabulary` - 1. */
  readonly vocabulary: number;
  readonly special: SpecialTokens;
  encode(text: string): ArrayLike<number>;
  /** Special ids are left out. */
  decode(ids: ArrayLike<number>): string;
}

/** Ids that the tokenizers of this package begin with, as ByT5 does; symbols follow, then sentinels. */
export const PAD = 0;
export const END = 1;
export const UNKNOWN = 2;
export const FIRST_SYMBOL = 3;
