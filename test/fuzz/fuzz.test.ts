import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { formats } from "../../src/checkpoint/formats.ts";
import { Fuzzer } from "./fuzzer.ts";
import { originals } from "./originals.ts";

const seed = 20240229;
/** Mutants of each case; `scripts/fuzz.ts` reads as many as one likes. */
const rounds = 80;

describe("any damage to a file is met by an error of this package, or by none, soon and in little memory", () => {
  const fuzzer = new Fuzzer();
  const found = new Set<string | null>();
  afterAll(() => fuzzer.close());

  for (const original of originals()) {
    it(`for ${original.title}`, async () => {
      const { format, faults } = await fuzzer.fuzz(original, seed, 0, rounds);
      found.add(format);
      expect(faults).toEqual([]);
    });
  }

  it("is tried on every format", () => {
    for (const { id } of formats) expect(found, `${id}: expected a case in originals.ts`).toContain(id);
  });
});

it("whatever a reader may not do is found, and said of the file that it does it for", async () => {
  const fuzzer = new Fuzzer(fileURLToPath(new URL("./faulty-reader.ts", import.meta.url)));
  try {
    const files = async () => new Map([["a", Uint8Array.of(1, 2, 3)]]);
    const { faults } = await fuzzer.fuzz({ title: "a", files }, seed, 0, 9);
    const said = faults.map(({ round, what }) => `${round} ${what}`);
    const expected = [
      /^1 TypeError: Cannot read/,
      /^2 took over 2 s of processor time/,
      /^3 ended the process \(7\)/,
      /^4 took .*MB of memory/,
      /^5 ended the process \(SIGSEGV\)/,
      /^6 took .*s of processor time/,
      /^7 took over 200 MB of memory/,
      /^8 or a later one wrote ckpt_canary_pwned/,
      /ckpt_canary_pwned is in/,
    ];
    for (const [i, pattern] of expected.entries()) expect(said[i]).toMatch(pattern);
    expect(said).toHaveLength(expected.length);
  } finally {
    fuzzer.close();
  }
});
