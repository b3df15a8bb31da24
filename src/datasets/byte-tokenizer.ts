import { END, FIRST_SYMBOL, PAD, type Tokenizer } from "./tokenizer.ts";

/**
 * The bytes of UTF-8 as tokens: byte b is id b + 3, after pad 0, end 1 and unknown 2 (which no byte is).
 *
 * @source Xue et al. 2022, TACL 10:291-306 (ByT5), for the ids.
 */
export function byteTokenizer(): Tokenizer {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    vocabulary: FIRST_SYMBOL + 256,
    special: { pad: PAD, end: END, sentinels: 0 },
    encode: (text) => Uint16Array.from(encoder.encode(text), (byte) => byte + FIRST_SYMBOL),
    decode(ids) {
      const bytes = Array.from(ids, (id) => id - FIRST_SYMBOL).filter((byte) => byte >= 0 && byte < 256);
      return decoder.decode(Uint8Array.from(bytes));
    },
  };
}
