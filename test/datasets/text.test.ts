import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteTokenizer } from "../../src/datasets/byte-tokenizer.ts";
import { loadDataset } from "../../src/datasets/catalogue.ts";
import { characterTokenizer } from "../../src/datasets/character-tokenizer.ts";
import type { Dataset } from "../../src/datasets/dataset.ts";
import { pieces } from "../../src/datasets/hugging-face-tokenizer.ts";
import { TokenList } from "../../src/datasets/token-list.ts";
import { DatasetFormatError, UsageError } from "../../src/errors.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { shard, wordTokenizer } from "./written-data.ts";

const folderWith = temporaryFolders();

async function tokensOf(choice: { name: string; [option: string]: unknown }): Promise<Dataset<"tokens">> {
  const data = await loadDataset(choice);
  if (data.kind !== "tokens") throw new Error("expected tokens");
  return data;
}

describe("tokenizers", () => {
  test("bytes and characters give every text back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const tokenizer of [byteTokenizer(), characterTokenizer([text])]) {
          const ids = Array.from(tokenizer.encode(text));
          expect(ids.every((id) => id > 2 && id < tokenizer.vocabulary)).toBe(true);
          expect(tokenizer.decode([0, ...ids, 1])).toBe(text);
        }
      }),
    );
  });

  test("bytes are three above themselves, as in ByT5", () => {
    expect([...(byteTokenizer().encode("aé") as Uint16Array)]).toEqual([0x61 + 3, 0xc3 + 3, 0xa9 + 3]);
    expect(byteTokenizer().vocabulary).toBe(259);
  });

  test("characters are in the order of their code points, whatever order the text has them in", () => {
    const tokenizer = characterTokenizer(["b😀", "ab"]);
    expect(tokenizer.vocabulary).toBe(6);
    expect(Array.from(tokenizer.encode("ab😀z"))).toEqual([3, 4, 5, 2]);
    expect(tokenizer.decode([3, 2, 5])).toBe("a\uFFFD😀");
  });

  test("a list of tokens holds what it is given, to its limit", () => {
    const list = new TokenList(70_000, 10_000);
    const ids = Uint32Array.from({ length: 3001 }, (_, i) => 20 * i);
    for (let i = 0; i < 5; i++) list.add(ids);
    expect(list.isFull).toBe(true);
    const tokens = list.tokens();
    expect(tokens).toBeInstanceOf(Uint32Array);
    expect(tokens.length).toBe(10_000);
    expect(tokens.every((id, i) => id === 20 * (i % 3001))).toBe(true);
  });

  test("pieces of a text make the text, break behind lines, and leave pairs together", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", " ", "\n", "😀"), maxLength: 200 }),
        fc.integer({ min: 2, max: 30 }),
        (text, most) => {
          const parts = [...pieces(text, most)];
          expect(parts.join("")).toBe(text);
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(most);
            expect(part.length).toBeGreaterThan(0);
            expect(part).not.toMatch(/[\uD800-\uDBFF]$/);
          }
        },
      ),
    );
    expect([...pieces("one two\nthree four", 12)]).toEqual(["one two\n", "three four"]);
  });
});

describe("text", () => {
  test("holds the end out, and makes its vocabulary of the rest", async () => {
    const path = join(folderWith({ "a.txt": "abcabcabcXaZ" }), "a.txt");
    const { train, test } = await tokensOf({ name: "text", path, testFraction: 0.25 });
    expect(train.decode(train.tokens)).toBe("abcabcabc");
    // pad, end, unknown, a, b, c; what only the test part has is unknown.
    expect(train.vocabulary).toBe(6);
    expect([...test.tokens]).toEqual([2, 3, 2, 1]);
  });

  test("of several files has an end token behind each, and none where one is cut", async () => {
    const folder = folderWith({ "b.txt": "bbbb", "a.txt.gz": gzipSync("aa"), "notes.md": "not a text" });
    const { train, test } = await tokensOf({ name: "text", path: folder, testFraction: 0.5 });
    expect([...train.tokens]).toEqual([3, 3, 1, 4]);
    expect([...test.tokens]).toEqual([4, 4, 4, 1]);
    const named = await tokensOf({ name: "text", path: [join(folder, "b.txt"), folder] });
    expect(named.train.decode(named.train.tokens)).toBe("bbbbaabbb");
  });

  test("cuts no character in two", async () => {
    const path = folderWith({ "a.txt": "😀😀😀" });
    const { train, test } = await tokensOf({ name: "text", path, testFraction: 0.5 });
    expect([train.decode(train.tokens), test.decode(test.tokens)]).toEqual(["😀", "😀😀"]);
  });

  test("gets sentinels at the end of its vocabulary, which stand for nothing", async () => {
    const path = folderWith({ "a.txt": "abababababab" });
    const { train } = await tokensOf({ name: "text", path, sentinels: 7 });
    expect([train.vocabulary, train.special.sentinels]).toEqual([5 + 7, 7]);
    expect(train.decode([3, 11, 5, 4])).toBe("ab");
  });

  test("is Jane Austen's by default", async () => {
    const { train, test } = await tokensOf({ name: "text" });
    expect(train.decode(train.tokens.subarray(0, 20))).toBe("EMMA\n\nBy Jane Austen");
    expect(test.tokens.length / (train.tokens.length + test.tokens.length)).toBeCloseTo(0.1, 4);
  });

  test.each([
    ["no text in UTF-8", { "a.txt": Uint8Array.of(0x61, 0xff, 0x62) }, /a\.txt is not text in UTF-8/],
    ["an empty file", { "a.txt": "" }, /a\.txt is empty/],
    ["a single character", { "a.txt": "a" }, /enough text.*got 1 characters/],
    ["no text file", { "a.bin": "text" }, /has no file that ends in \.txt/],
  ])("with %s is refused", async (_, files: Record<string, string | Uint8Array>, message) => {
    await expect(tokensOf({ name: "text", path: folderWith(files) })).rejects.toThrow(message);
  });
});

describe("a tokenizer.json", () => {
  const words = ["the", "cat", "sat"];
  const textFile = { "a.txt": "the cat sat the dog sat the cat sat" };

  test("gives its ids, its sentinels, and the end that its configuration names", async () => {
    const folder = folderWith({
      ...textFile,
      "tokenizer.json": wordTokenizer(words, 5),
      "tokenizer_config.json": JSON.stringify({ eos_token: "</s>", pad_token: { content: "<pad>" } }),
    });
    const { train, test } = await tokensOf({
      name: "text",
      path: join(folder, "a.txt"),
      tokenizer: join(folder, "tokenizer.json"),
      testFraction: 0.3,
    });
    expect(train.vocabulary).toBe(3 + 3 + 5);
    expect(train.special).toEqual({ pad: 0, end: 1, sentinels: 5 });
    expect([...train.tokens]).toEqual([3, 4, 5, 3, 2, 5]);
    expect([...test.tokens]).toEqual([3, 4, 5, 1]);
    expect(train.decode([0, 3, 4, 1]).trim()).toBe("the cat");
  });

  test("without a configuration has no end; sentinels are added where it has none", async () => {
    const folder = folderWith({ ...textFile, "tokenizer.json": wordTokenizer(words) });
    const choice = { name: "text", path: join(folder, "a.txt"), tokenizer: join(folder, "tokenizer.json") };
    const { train } = await tokensOf({ ...choice, sentinels: 4 });
    expect(train.special).toEqual({ pad: null, end: null, sentinels: 4 });
    expect(train.vocabulary).toBe(10);
  });

  test("with fewer sentinels than are asked for is refused", async () => {
    const folder = folderWith({ ...textFile, "tokenizer.json": wordTokenizer(words, 5) });
    const choice = { name: "text", path: join(folder, "a.txt"), tokenizer: join(folder, "tokenizer.json") };
    await expect(tokensOf({ ...choice, sentinels: 6 })).rejects.toThrow(UsageError);
  });

  test.each([
    ["no JSON", "{", /is not JSON in UTF-8/],
    ["an array", "[]", /expected a JSON object/],
    ["no vocabulary", '{"model":{}}', /expected a tokenizer with a model\.vocab/],
    ["no decoder", '{"model":{"vocab":[]}}', /is no tokenizer that @huggingface\/tokenizers reads/],
    [
      "a model that the library does not run",
      wordTokenizer(words).replace("WordPiece", "WordLevel").replace('"continuing_subword_prefix":"##",', ""),
      /expected ids below 6 for every text, got undefined/,
    ],
    [
      "an id that no embedding holds",
      wordTokenizer(words).replace('"sat":5', '"sat":1099511627776'),
      /expected ids below 16777216, got 1099511627776/,
    ],
  ])("that is or has %s is refused", async (_, content, message) => {
    const folder = folderWith({ ...textFile, "tokenizer.json": content });
    const choice = { name: "text", path: join(folder, "a.txt"), tokenizer: join(folder, "tokenizer.json") };
    await expect(tokensOf(choice)).rejects.toThrow(DatasetFormatError);
    await expect(tokensOf(choice)).rejects.toThrow(message);
  });
});

describe("c4", () => {
  const bytes = (text: string) => Array.from(byteTokenizer().encode(text));

  test("is the shards' documents in order, each with an end; the last tokens are the test", async () => {
    const folder = folderWith({ "b.json.gz": shard(["cd"]), "a.json": '{"text":"ab"}\r\n\n{"text":"é"}' });
    const { train, test } = await tokensOf({ name: "c4", path: folder, testFraction: 0.25 });
    const all = [...bytes("ab"), 1, ...bytes("é"), 1, ...bytes("cd"), 1];
    expect([...train.tokens, ...test.tokens]).toEqual(all);
    expect(test.tokens.length).toBe(3);
  });

  test("takes validation shards for the test", async () => {
    const folder = folderWith({
      "c4-train.00000-of-00001.json.gz": shard(["a training text"]),
      "c4-validation.00000-of-00001.json.gz": shard(["a test"]),
    });
    const { train, test } = await tokensOf({ name: "c4", path: folder, maxTokens: 40 });
    expect(train.decode(train.tokens)).toBe("a training text");
    expect(test.decode(test.tokens)).toBe("a te"); // a tenth of 40
  });

  test("reads no more than it needs", async () => {
    const path = folderWith({ "a.json": `{"text":"abcdef"}\n{"text":"ghijkl"}\nbroken` });
    const { train, test } = await tokensOf({ name: "c4", path, maxTokens: 10, testFraction: 0.5 });
    expect([...train.tokens, ...test.tokens]).toEqual([...bytes("abcdef"), 1, ...bytes("ghi")]);
    await expect(tokensOf({ name: "c4", path, maxTokens: 100 })).rejects.toThrow(/a\.json, line 3/);
  });

  test("lines longer than what is read at once come whole", async () => {
    const long = "0123456789".repeat(30_000);
    const { train } = await tokensOf({ name: "c4", path: folderWith({ "a.json.gz": shard([long, "end"]) }) });
    expect(train.decode(train.tokens)).toBe(long.slice(0, train.tokens.length));
  });

  test.each([
    [
      "an object without a text",
      '{"text":"ab"}\n{"url":"x"}',
      /line 2: expected .* "text", got object without/,
    ],
    ["a text that is a number", '{"text":1}', /line 1/],
    ["null", '{"text":"ab"}\n\nnull', /line 3: .*got null/],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), /line 1: .*got something else/],
    ["brackets without end", "[".repeat(100_000), /line 1/],
  ])("with %s is refused, with file and line", async (_, content, message) => {
    const path = folderWith({ "a.json": content });
    await expect(tokensOf({ name: "c4", path })).rejects.toThrow(DatasetFormatError);
    await expect(tokensOf({ name: "c4", path })).rejects.toThrow(message);
    await expect(tokensOf({ name: "c4", path })).rejects.toThrow(/a\.json/);
  });

  test("has no tokenizer of characters: their vocabulary would need all of it read first", async () => {
    await expect(tokensOf({ name: "c4", path: ".", tokenizer: "characters" })).rejects.toThrow(UsageError);
  });
});
