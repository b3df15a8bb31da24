import { afterEach, expect, test, vi } from "vitest";
import { exponentCounter } from "../../src/kernels/exponent-counter.ts";
import { censusOf } from "../../src/linalg/entry-census.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { asBF16 } from "../noise.ts";

afterEach(() => vi.unstubAllGlobals());

/** Codes of BF16 as they are stored. */
function stored(entries: Float32Array): Uint8Array {
  const words = new Uint32Array(entries.buffer, entries.byteOffset, entries.length);
  return new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
}

function counted(entries: Float32Array, pieces: readonly number[]) {
  const counter = exponentCounter("BF16")!;
  const bytes = stored(entries);
  let from = 0;
  for (const piece of [...pieces, entries.length]) {
    const end = Math.min(bytes.length, from + 2 * piece);
    counter.update(bytes.subarray(from, end));
    from = end;
  }
  return counter.census();
}

test("counts of codes are the census of their entries, in pieces of any size", () => {
  const { uniform, normal } = randomStream(1, ["codes"]);
  const kinds: Record<string, () => number> = {
    weights: () => 0.02 * normal(),
    "any code": () => new Float32Array(Uint32Array.of(Math.floor(65536 * uniform()) * 65536).buffer)[0]!,
    zeros: () => (uniform() < 0.5 ? 0 : -0),
    subnormal: () => (uniform() < 0.3 ? 0 : 2 ** -130 * uniform()),
    alike: () => -1.5,
    "weights, one of them zero": () => (uniform() < 1e-4 ? 0 : 0.02 * normal()),
  };
  for (const [kind, draw] of Object.entries(kinds)) {
    for (const length of [0, 1, 31, 32, 33, 5000, 140_000]) {
      const entries = asBF16(Float32Array.from({ length }, draw));
      // Which digits there may be the format says, not the entries.
      const census = { ...censusOf(entries), digits: 8 };
      expect(counted(entries, []), kind).toEqual(census);
      expect(counted(entries, [1, 40, 4090]), kind).toEqual(census);
    }
  }
});

test("there is none for formats without a kernel, nor without WebAssembly", () => {
  expect(exponentCounter("F32")).toBeNull();
  vi.stubGlobal("WebAssembly", undefined);
  expect(exponentCounter("BF16")).toBeNull();
});
