import { z } from "zod";
import { unreadable } from "../checkpoint/system-errors.ts";
import { DatasetFormatError, UnreadableInputError, UsageError } from "../errors.ts";
import { dataFolder } from "./data-files.ts";
import { defineDataset } from "./dataset.ts";
import { jsonLineTexts } from "./json-lines.ts";
import { TokenList, tokenSet } from "./token-list.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { tokenizerOf } from "./tokenizers.ts";

const advice =
  "Give data.path the shards of C4 (c4-train.00000-of-01024.json.gz and on), or a folder of them, from https://huggingface.co/datasets/allenai/c4.";

/**
 * C4 or another corpus of JSON lines with a `text`, as many documents as make `maxTokens`, in the order of the files.
 * Shards with "validation" in their name are the test part; without one it is the last of the tokens.
 *
 * @source Raffel et al. 2020, JMLR 21(140).
 */
export const c4 = defineDataset({
  name: "c4",
  kind: "tokens",
  description: "web pages as JSON lines (shards .json.gz in data.path)",
  options: z.strictObject({
    /** Shards (`.json`, `.jsonl`, plain or with `.gz`), or folders of them. */
    path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    /** "bytes", or the path of a Hugging Face `tokenizer.json`. */
    tokenizer: z
      .string()
      .min(1)
      .refine((name) => name !== "characters", { error: 'expected "bytes" or a path' })
      .default("bytes"),
    /** Sentinels that the vocabulary ends with, for span corruption. */
    sentinels: z.int().min(0).max(10_000).default(0),
    /** Tokens that are held, 2 or 4 bytes each; both parts together where there is no validation shard. */
    maxTokens: z
      .int()
      .min(2)
      .max(2 ** 30)
      .default(2 ** 26),
    /** Share of `maxTokens` that is for the test; above 0 and below 1. */
    testFraction: z.number().gt(0).lt(1).default(0.1),
  }),
  async load({ path, tokenizer: name, sentinels, maxTokens, testFraction }) {
    if (path === undefined) throw new UsageError(`c4 needs data.path. ${advice}`);
    const shards = await shardsOf(path);
    const tokenizer = await tokenizerOf(name, [], sentinels);
    const testTokens = Math.ceil(maxTokens * testFraction);
    if (shards.validation.length > 0) {
      const train = await read(shards.train, tokenizer, maxTokens);
      const test = await read(shards.validation, tokenizer, testTokens);
      return { kind: "tokens", train: tokenSet(train, tokenizer), test: tokenSet(test, tokenizer) };
    }
    const tokens = await read(shards.train, tokenizer, maxTokens);
    const cut = Math.floor(tokens.length * (1 - testFraction));
    if (cut === 0) throw noText(shards.train);
    return {
      kind: "tokens",
      train: tokenSet(tokens.subarray(0, cut), tokenizer),
      test: tokenSet(tokens.subarray(cut), tokenizer),
    };
  },
});

async function read(
  files: readonly string[],
  tokenizer: Tokenizer,
  most: number,
): Promise<Uint16Array | Uint32Array> {
  const list = new TokenList(tokenizer.vocabulary, most);
  for (const file of files) {
    if (list.isFull) break;
    for await (const text of jsonLineTexts(file)) {
      list.addDocument(text, tokenizer);
      if (list.isFull) break;
    }
  }
  const tokens = list.tokens();
  if (tokens.length === 0) throw noText(files);
  return tokens;
}

function noText(files: readonly string[]): DatasetFormatError {
  return new DatasetFormatError(`c4: expected text in ${files[0]} and on, got none.`);
}

/** The shards of some paths: those named are for training unless their name says "validation". */
async function shardsOf(
  path: string | readonly string[],
): Promise<{ train: string[]; validation: string[] }> {
  const { stat } = await import("node:fs/promises");
  const { basename, join } = await import("node:path");
  const files: string[] = [];
  for (const each of typeof path === "string" ? [path] : path) {
    const found = await stat(each).catch((cause: unknown) => {
      throw new UnreadableInputError(`${unreadable(each, cause).message} ${advice}`, { cause });
    });
    if (!found.isDirectory()) files.push(each);
    else {
      const { files: names } = await dataFolder(each, advice);
      files.push(...names.filter((name) => /\.jsonl?(?:\.gz)?$/i.test(name)).map((name) => join(each, name)));
    }
  }
  const isValidation = (file: string): boolean => /validation/i.test(basename(file));
  const train = files.filter((file) => !isValidation(file));
  if (train.length === 0) {
    throw new UnreadableInputError(`c4: expected training shards in ${String(path)}, got none. ${advice}`);
  }
  return { train, validation: files.filter(isValidation) };
}
