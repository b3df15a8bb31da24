import { systemCode } from "../checkpoint/system-errors.ts";
import { DatasetFormatError, UnreadableInputError, UsageError } from "../errors.ts";
import { readWhole } from "./data-files.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Bytes of a tokenizer.json: those of a quarter of a million tokens have under 40 MB. */
const MOST_BYTES = 1 << 28;

/** Ids of a vocabulary: a model has a row of its embedding for each. */
const MOST_IDS = 1 << 24;

/**
 * Characters encoded at once: on longer texts the library's unigram model takes many times as long a character, and on
 * a million it fails. Where a piece begins a model may choose other tokens than in the middle of a text.
 */
const PIECE_CHARACTERS = 1 << 12;

/** What this package's readers of it need of the library's class. */
type Library = typeof import("@huggingface/tokenizers");

/**
 * A tokenizer in Hugging Face's `tokenizer.json`, run by the package @huggingface/tokenizers. Its end and pad tokens
 * are those that a `tokenizer_config.json` beside it names (`eos_token`, `pad_token`); its sentinels are
 * `<extra_id_0>`, `<extra_id_1>` and on, where they are the last ids downward.
 *
 * @param path - of the file.
 * @throws {UsageError} If the package is not installed.
 * @throws {UnreadableInputError} If there is no such file.
 * @throws {DatasetFormatError} If it is no tokenizer that the package reads.
 */
export async function huggingFaceTokenizer(path: string): Promise<Tokenizer> {
  const description = await readJson(path);
  const config = await siblingConfig(path);
  const vocabulary = vocabularyOf(description, path);
  const { Tokenizer } = await importLibrary();
  let model: InstanceType<Library["Tokenizer"]>;
  try {
    model = new Tokenizer(description, config);
  } catch (cause) {
    throw new DatasetFormatError(
      `${path} is no tokenizer that @huggingface/tokenizers reads: ${(cause as Error).message}`,
      { cause },
    );
  }
  const idOf = (name: "eos_token" | "pad_token"): number | null => {
    const token = config[name];
    const text = typeof token === "object" && token !== null && "content" in token ? token.content : token;
    return typeof text === "string" ? (model.token_to_id(text) ?? null) : null;
  };
  let sentinels = 0;
  while (model.token_to_id(`<extra_id_${sentinels}>`) === vocabulary - 1 - sentinels) sentinels++;
  return {
    vocabulary,
    special: { pad: idOf("pad_token"), end: idOf("eos_token"), sentinels },
    encode(text) {
      const ids: number[] = [];
      for (const piece of pieces(text)) {
        for (const id of model.encode(piece, { add_special_tokens: false }).ids) {
          if (!(id < vocabulary)) {
            throw new DatasetFormatError(
              `${path}: expected ids below ${vocabulary} for every text, got ${id}. Its model may be of a kind that @huggingface/tokenizers does not run.`,
            );
          }
          ids.push(id);
        }
      }
      return ids;
    },
    decode: (ids) => model.decode(Array.from(ids), { skip_special_tokens: true }),
  };
}

/** Ids that a tokenizer.json has: one more than the largest. The model lists its tokens in order, or gives each its id. */
function vocabularyOf(description: Record<string, unknown>, path: string): number {
  const { model, added_tokens: added } = description;
  const tokens = typeof model === "object" && model !== null && "vocab" in model ? model.vocab : null;
  if (typeof tokens !== "object" || tokens === null) {
    throw new DatasetFormatError(`${path}: expected a tokenizer with a model.vocab, got none.`);
  }
  let count = Array.isArray(tokens) ? tokens.length : 0;
  const ids: unknown[] = Array.isArray(tokens) ? [] : Object.values(tokens);
  for (const token of Array.isArray(added) ? added : []) ids.push(token?.id);
  for (const id of ids) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= MOST_IDS) {
      throw new DatasetFormatError(`${path}: expected ids below ${MOST_IDS}, got ${String(id)}.`);
    }
    count = Math.max(count, id + 1);
  }
  return count;
}

/** A text in pieces of bounded length, each ending behind a line, else behind a word, where there is one. */
export function* pieces(text: string, most: number = PIECE_CHARACTERS): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = start + most;
    if (end < text.length) {
      const reach = text.slice(start, end);
      const cut = Math.max(reach.lastIndexOf("\n"), 0) || reach.lastIndexOf(" ");
      if (cut > 0) end = start + cut + 1;
      else if (/[\uD800-\uDBFF]$/.test(reach) && most > 1) end--; // a pair stays together
    }
    yield text.slice(start, end);
    start = end;
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const bytes = await readWhole(path, () => MOST_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DatasetFormatError(`${path} is not JSON in UTF-8: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new DatasetFormatError(`${path}: expected a JSON object, as tokenizer.json is.`);
}

/** The `tokenizer_config.json` beside a tokenizer; empty where there is none. */
async function siblingConfig(path: string): Promise<Record<string, unknown>> {
  const { dirname, join } = await import("node:path");
  try {
    return await readJson(join(dirname(path), "tokenizer_config.json"));
  } catch (error) {
    if (error instanceof UnreadableInputError && systemCode(error.cause) === "ENOENT") return {};
    throw error;
  }
}

async function importLibrary(): Promise<Library> {
  try {
    return await import("@huggingface/tokenizers");
  } catch (cause) {
    const isMissing = systemCode(cause) === "ERR_MODULE_NOT_FOUND";
    const state = isMissing ? "is not installed" : `does not load (${(cause as Error).message})`;
    throw new UsageError(
      `a tokenizer.json needs @huggingface/tokenizers, which ${state}: npm install @huggingface/tokenizers`,
      { cause },
    );
  }
}
