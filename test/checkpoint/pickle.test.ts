import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { PickleDict, PickleGlobal, PickleObject } from "../../src/checkpoint/pickle/pickle-values.ts";
import { readPickle } from "../../src/checkpoint/pickle/read-pickle.ts";
import { CheckpointFormatError, UnreadableInputError } from "../../src/errors.ts";
import { join } from "./written-files.ts";

const surroundings = {
  label: "m.pkl",
  global: (module: string, name: string) => new PickleGlobal(module, name),
  persistent: (id: unknown) => ["stored", id],
};

async function read(text: string): Promise<unknown> {
  const { value, end } = await readPickle(memorySource(join(text), "m.pkl"), 0, surroundings);
  expect(end).toBe(text.length);
  return value;
}

// The values are those that Python's pickle.loads gives of the same bytes.
describe("the pickle machine", () => {
  it.each([
    ["whole numbers of protocol 0", "(I5\nI-7\nL12L\nL-3\nI01\nI00\nt.", [5, -7, 12, -3, true, false]],
    ["whole numbers of one, two and four bytes", "(K\xffM\x00\x01J\xfe\xff\xff\xfft.", [255, 256, -2]],
    [
      "long ones",
      "(\x8a\x00\x8a\x01\xff\x8a\x02\x00\x80\x8a\x06\xff\xff\xff\xff\xff\xfft.",
      [0, -1, -32768, -1],
    ],
    [
      "ones of 7 and 8 bytes",
      "(\x8a\x07\xff\xff\xff\xff\xff\xff\x0f\x8a\x08\xfe\xff\xff\xff\xff\xff\xff\xfft.",
      [2n ** 52n - 1n, -2n].map(Number),
    ],
    [
      "ones that no double holds",
      "(\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01\x8b\x0d\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80t.",
      [2n ** 64n, -(2n ** 103n) + 1n],
    ],
    [
      "floats",
      "(F0.5\nFinf\nF-inf\nG\x3f\xd0\x00\x00\x00\x00\x00\x00t.",
      [0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.25],
    ],
    ["texts", "(S'a b'\nVc\nU\x01dX\x02\x00\x00\x00\xc3\xa9\x8c\x01ft.", ["a b", "c", "d", "\u00e9", "f"]],
    ["constants", "\x80\x02(N\x88\x89t.", [null, true, false]],
    [
      "lists, tuples and sets",
      "(](K\x01K\x02e)K\x03\x85\x8f(K\x04\x90(K\x05\x91(K\x06lt.",
      [[1, 2], [], [3], [4], [5], [6]],
    ],
    ["what is remembered", "(K\x01q\x00h\x002r\x00\x01\x00\x00j\x00\x01\x00\x00\x94K\x020t.", [1, 1, 1, 1]],
    [
      "references to what is stored elsewhere",
      "(K\x01QPkey\nt.",
      [
        ["stored", 1],
        ["stored", "key"],
      ],
    ],
    ["frames and marks that are dropped", "\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00((K\x0110K\x02.", 2],
  ])("reads %s", async (_, bytes, value) => {
    expect(await read(bytes)).toEqual(value);
  });

  it("reads numbers of any length as Python writes them", async () => {
    for (let bits = 0; bits < 130; bits++) {
      for (const value of [
        2n ** BigInt(bits),
        2n ** BigInt(bits) - 1n,
        -(2n ** BigInt(bits)),
        1n - 2n ** BigInt(bits),
      ]) {
        const length = Math.floor((bits + 1) / 8) + 1;
        const unsigned = BigInt.asUintN(8 * length, value);
        const digits = Array.from({ length }, (_, i) =>
          String.fromCharCode(Number((unsigned >> BigInt(8 * i)) & 255n)),
        );
        const got = (await read(`\x8a${String.fromCharCode(length)}${digits.join("")}.`)) as number | bigint;
        expect(BigInt(got)).toBe(value);
        expect(typeof got).toBe(Number.isSafeInteger(Number(value)) ? "number" : "bigint");
      }
    }
  });

  it("keeps the order of a dict, and what was set last", async () => {
    const dict = (await read(
      "}(X\x01\x00\x00\x00bK\x01X\x01\x00\x00\x00aK\x02X\x01\x00\x00\x00bK\x03u.",
    )) as PickleDict;
    expect(dict.keys).toEqual(["b", "a", "b"]);
    expect(dict.get("b")).toBe(3);
  });

  it("makes of calls and objects what holds their parts, and runs nothing", async () => {
    const called = (await read("cos\nsystem\n(S'true'\ntR.")) as PickleObject;
    expect(called).toBeInstanceOf(PickleObject);
    expect([called.type.module, called.type.name, called.args]).toEqual(["os", "system", ["true"]]);
    for (const spelling of [
      "cm\nC\n)\x81",
      "cm\nC\n)}\x92",
      "(im\nC\n",
      "(cm\nC\no",
      "X\x01\x00\x00\x00mX\x01\x00\x00\x00C\x93)\x81",
    ]) {
      const object = (await read(`${spelling}}b(K\x07e(K\x01K\x02u.`)) as PickleObject;
      expect(object.type).toMatchObject({ module: "m", name: "C" });
      expect(object.state).toBeInstanceOf(PickleDict);
      expect(object.items).toEqual([7]);
      expect(object.entries?.get(1)).toBe(2);
    }
  });

  it("refuses what has no meaning here", async () => {
    for (const bytes of ["\x82\x01.", "\x97.", "N\x98."])
      await expect(read(bytes)).rejects.toBeInstanceOf(UnreadableInputError);
    for (const bytes of [
      "",
      "N",
      "X\x05\x00\x00\x00ab",
      "Iab\n.",
      "Fx\n.",
      "K\x01K\x02R.",
      "cm\nC\nK\x01R.",
      "K\x01Nb.",
      "t.",
      ".",
    ]) {
      await expect(read(bytes), bytes).rejects.toBeInstanceOf(CheckpointFormatError);
    }
  });
});
