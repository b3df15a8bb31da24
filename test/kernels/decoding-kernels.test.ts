import { afterEach, expect, it, vi } from "vitest";
import { type SmallFloatName, smallFloatDecoder } from "../../src/kernels/decoding-kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";

const widths = { BF16: 2, F16: 2, F8_E4M3: 1, F8_E5M2: 1 } as const satisfies Record<SmallFloatName, number>;
const formats = Object.keys(widths) as SmallFloatName[];

afterEach(() => vi.unstubAllGlobals());

/** Decodes as where there is no WebAssembly. */
async function slowDecode() {
  vi.stubGlobal("WebAssembly", undefined);
  vi.resetModules();
  const { decodeEntries } = await import("../../src/checkpoint/decode.ts");
  return decodeEntries;
}

it.each(formats)("%s of any length and place is decoded as its look-up table has it", async (format) => {
  const decodeEntries = await slowDecode();
  vi.unstubAllGlobals();
  const decoder = smallFloatDecoder(1 << 16)!;
  const { uniform } = randomStream(1, ["decoding", format]);
  const bytes = Uint8Array.from({ length: 1 << 16 }, () => Math.floor(256 * uniform()));
  decoder.scratch.set(bytes);
  const width = widths[format];
  // More than are decoded at once, and none.
  for (const [start, count] of [
    [0, 0],
    [0, 1],
    [1, 15],
    [3, 17],
    [0, 16_384],
    [5, 32_000],
    [32, 4097],
  ] as const) {
    const stored = bytes.subarray(start, start + count * width);
    const expected = decodeEntries(stored, format);
    const here = decoder.scratch.subarray(start, start + count * width);
    for (const from of [stored, here]) {
      const into = new Float32Array(count + 2).fill(7);
      decoder.decode(format, from, into.subarray(1, count + 1));
      expect(into.subarray(1, count + 1)).toEqual(expected);
      expect([into[0], into[count + 1]]).toEqual([7, 7]);
    }
  }
});

it("a NaN of 16 bits keeps its sign and what it holds", () => {
  const into = new Float32Array(2);
  const decoder = smallFloatDecoder(0)!;
  decoder.decode("F16", new Uint8Array(Uint16Array.of(0xfd55, 0x7c01).buffer), into);
  expect([...new Uint32Array(into.buffer)]).toEqual([0xffaaa000, 0x7f802000]);
  decoder.decode("BF16", new Uint8Array(Uint16Array.of(0xffaa, 0x7f81).buffer), into);
  expect([...new Uint32Array(into.buffer)]).toEqual([0xffaa0000, 0x7f810000]);
});

it("there is none without WebAssembly", () => {
  vi.stubGlobal("WebAssembly", undefined);
  expect(smallFloatDecoder(0)).toBeNull();
});
