import { END, FIRST_SYMBOL, PAD, type Tokenizer, UNKNOWN } from "./tokenizer.ts";

/**
 * The characters (code points) of a text as tokens, in the order of their numbers, from id 3 on: after pad 0, end 1
 * and unknown 2, which a character that the text does not have becomes.
 *
 * @param trainingText - what has every character of the vocabulary.
 */
export function characterTokenizer(trainingText: Iterable<string>): Tokenizer {
  const found = new Set<number>();
  for (const text of trainingText) for (const character of text) found.add(character.codePointAt(0)!);
  const points = [...found].sort((a, b) => a - b);
  const ids = new Map(points.map((point, i) => [point, FIRST_SYMBOL + i]));
  const textOf = (id: number): string => {
    if (id === UNKNOWN) return "\uFFFD";
    const point = points[id - FIRST_SYMBOL];
    return point === undefined ? "" : String.fromCodePoint(point);
  };
  return {
    vocabulary: FIRST_SYMBOL + points.length,
    special: { pad: PAD, end: END, sentinels: 0 },
    encode(text) {
      const tokens = new Uint32Array(text.length);
      let count = 0;
      for (const character of text) tokens[count++] = ids.get(character.codePointAt(0)!) ?? UNKNOWN;
      return tokens.subarray(0, count);
    },
    decode: (tokens) => Array.from(tokens, textOf).join(""),
  };
}
