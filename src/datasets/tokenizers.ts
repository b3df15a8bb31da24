import { UsageError } from "../errors.ts";
import { byteTokenizer } from "./byte-tokenizer.ts";
import { characterTokenizer } from "./character-tokenizer.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Tokenizers that recipes name by a word, and how each is made of the training text. */
const named: Readonly<Record<string, (trainingText: Iterable<string>) => Tokenizer>> = {
  bytes: byteTokenizer,
  characters: characterTokenizer,
};

/**
 * The tokenizer that a recipe names.
 *
 * @param name - "bytes", "characters", or the path of a Hugging Face `tokenizer.json`.
 * @param trainingText - what a vocabulary of characters is made of.
 * @param sentinels - how many sentinels the vocabulary must end with; they are added where it has none.
 * @throws {UsageError} If the vocabulary has some sentinels, but fewer.
 */
export async function tokenizerOf(
  name: string,
  trainingText: Iterable<string>,
  sentinels: number,
): Promise<Tokenizer> {
  const make = Object.hasOwn(named, name) ? named[name] : undefined;
  const tokenizer = make ? make(trainingText) : await huggingFaceTokenizer(name);
  const has = tokenizer.special.sentinels;
  if (sentinels <= has) return tokenizer;
  if (has > 0) {
    throw new UsageError(
      `data.sentinels: expected at most the ${has} that ${name} has (<extra_id_0> and on), got ${sentinels}.`,
    );
  }
  const { vocabulary } = tokenizer;
  return {
    vocabulary: vocabulary + sentinels,
    special: { ...tokenizer.special, sentinels },
    encode: (text) => tokenizer.encode(text),
    decode: (ids) => tokenizer.decode(Array.from(ids).filter((id) => id < vocabulary)),
  };
}
