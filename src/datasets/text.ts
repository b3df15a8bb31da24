import { z } from "zod";
import { diskFolder } from "../checkpoint/folder.ts";
import { unreadable } from "../checkpoint/system-errors.ts";
import { DatasetFormatError, UnreadableInputError } from "../errors.ts";
import { readWhole, shippedFile } from "./data-files.ts";
import { defineDataset } from "./dataset.ts";
import { TokenList, tokenSet } from "./token-list.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { tokenizerOf } from "./tokenizers.ts";

/** Bytes of one text file, unpacked: a string of Node holds no more than twice as many characters. */
const MOST_BYTES = 1 << 28;

/** A document or a piece of one; only what the document ends with ends with an end token. */
interface Passage {
  readonly text: string;
  readonly isWholeEnd: boolean;
}

/** Text of one or several files, the last part of it held out; by default a novel of Jane Austen. */
export const text = defineDataset({
  name: "text",
  kind: "tokens",
  description: "plain text (files or folders in data.path, else Emma by Jane Austen, shipped)",
  options: z.strictObject({
    /** Text files in UTF-8, plain or gzipped, or folders of such (`.txt`, `.txt.gz`); in this order, each one document. */
    path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    /** "characters", "bytes", or the path of a Hugging Face `tokenizer.json`. */
    tokenizer: z.string().min(1).default("characters"),
    /** Sentinels that the vocabulary ends with, for span corruption. */
    sentinels: z.int().min(0).max(10_000).default(0),
    /** Share of the characters that is held out, from the end; above 0 and below 1. */
    testFraction: z.number().gt(0).lt(1).default(0.1),
  }),
  async load({ path, tokenizer: name, sentinels, testFraction }) {
    const documents: string[] = [];
    if (path === undefined) documents.push(await shippedText());
    else for (const file of await textFiles(path)) documents.push(await readText(file));
    const { train, test } = split(documents, testFraction);
    if (train.length === 0 || test.length === 0) {
      const count = documents.reduce((sum, { length }) => sum + length, 0);
      throw new DatasetFormatError(
        `text: expected enough text for a training and a test part, got ${count} characters.`,
      );
    }
    const tokenizer = await tokenizerOf(
      name,
      train.map((passage) => passage.text),
      sentinels,
    );
    return {
      kind: "tokens",
      train: tokenSet(tokensOf(train, tokenizer), tokenizer),
      test: tokenSet(tokensOf(test, tokenizer), tokenizer),
    };
  },
});

/** The files of a path or several; folders give their text files by name. */
async function textFiles(path: string | readonly string[]): Promise<string[]> {
  const { stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const files: string[] = [];
  for (const each of typeof path === "string" ? [path] : path) {
    const found = await stat(each).catch((cause: unknown) => {
      throw unreadable(each, cause);
    });
    if (!found.isDirectory()) files.push(each);
    else {
      const names = (await diskFolder(each)).files.filter((name) => /\.txt(?:\.gz)?$/i.test(name));
      if (names.length === 0)
        throw new UnreadableInputError(`${each} has no file that ends in .txt or .txt.gz.`);
      files.push(...names.map((name) => join(each, name)));
    }
  }
  return files;
}

/** Brotli packs it a fifth smaller than gzip. */
async function shippedText(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const { brotliDecompressSync } = await import("node:zlib");
  const path = await shippedFile("austen.txt.br");
  try {
    return brotliDecompressSync(await readFile(path), { maxOutputLength: MOST_BYTES }).toString();
  } catch (cause) {
    throw new DatasetFormatError(`${path} is damaged. Install marchenko again.`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  const bytes = await readWhole(path, () => MOST_BYTES);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatasetFormatError(`${path} is not text in UTF-8. Convert it, or name another file.`, {
      cause,
    });
  }
}

/** Cuts documents where the held-out share begins; a pair of surrogates stays together. */
function split(documents: readonly string[], testFraction: number): { train: Passage[]; test: Passage[] } {
  const count = documents.reduce((sum, { length }) => sum + length, 0);
  let left = Math.floor(count * (1 - testFraction));
  const train: Passage[] = [];
  const test: Passage[] = [];
  for (const document of documents) {
    let cut = Math.min(left, document.length);
    left -= cut;
    if (cut > 0 && cut < document.length && /[\uD800-\uDBFF]/.test(document[cut - 1]!)) cut--;
    if (cut > 0) train.push({ text: document.slice(0, cut), isWholeEnd: cut === document.length });
    if (cut < document.length) test.push({ text: document.slice(cut), isWholeEnd: true });
  }
  return { train, test };
}

function tokensOf(passages: readonly Passage[], tokenizer: Tokenizer): Uint16Array | Uint32Array {
  const list = new TokenList(tokenizer.vocabulary, Number.MAX_SAFE_INTEGER);
  for (const { text, isWholeEnd } of passages) {
    if (isWholeEnd) list.addDocument(text, tokenizer);
    else list.add(tokenizer.encode(text));
  }
  return list.tokens();
}
