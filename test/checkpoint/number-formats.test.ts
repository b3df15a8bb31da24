import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEntries } from "../../src/checkpoint/decode.ts";
import { encodeEntries } from "../../src/checkpoint/encode.ts";

/** The value of a code by the definition of IEEE 754, from its bits as text. */
function byDefinition(
  code: number,
  exponentBits: number,
  fractionBits: number,
  hasInfinity: boolean,
): number {
  const bits = code.toString(2).padStart(1 + exponentBits + fractionBits, "0");
  const sign = bits[0] === "1" ? -1 : 1;
  const exponent = Number.parseInt(bits.slice(1, 1 + exponentBits), 2);
  const fraction = Number.parseInt(bits.slice(1 + exponentBits), 2) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  const top = 2 ** exponentBits - 1;
  if (exponent === top && hasInfinity) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === top && fraction === 1 - 2 ** -fractionBits) return Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const all16 = Uint16Array.from({ length: 65536 }, (_, code) => code);
const all8 = Uint8Array.from({ length: 256 }, (_, code) => code);
const bytesOf = (array: Uint16Array | Uint8Array) => new Uint8Array(array.slice().buffer);

describe("decoding", () => {
  for (const [dtype, codes, exponentBits, fractionBits, hasInfinity] of [
    ["F16", all16, 5, 10, true],
    ["BF16", all16, 8, 7, true],
    ["F8_E5M2", all8, 5, 2, true],
    ["F8_E4M3", all8, 4, 3, false],
  ] as const) {
    it(`gives every code of ${dtype} its value`, () => {
      const decoded = decodeEntries(bytesOf(codes), dtype);
      expect(decoded).toBeInstanceOf(Float32Array);
      for (const code of codes) {
        const expected = byDefinition(code, exponentBits, fractionBits, hasInfinity);
        if (!Object.is(decoded[code], expected)) expect(decoded[code], `code ${code}`).toBe(expected);
      }
    });
  }

  it("reads numbers at any alignment", () => {
    const padded = new Uint8Array(1 + 24);
    padded.set(new Uint8Array(Float64Array.of(1.5, -2, 1e300).buffer), 1);
    expect([...decodeEntries(padded.subarray(1), "F64")]).toEqual([1.5, -2, 1e300]);
  });

  it("reads big-endian numbers of every width", () => {
    const view = new DataView(new ArrayBuffer(16));
    view.setFloat64(0, Math.PI);
    view.setFloat32(8, 1.25);
    view.setInt16(12, -300);
    const bytes = new Uint8Array(view.buffer);
    expect([...decodeEntries(bytes.slice(0, 8), "F64", true)]).toEqual([Math.PI]);
    expect([...decodeEntries(bytes.slice(8, 12), "F32", true)]).toEqual([1.25]);
    expect([...decodeEntries(bytes.slice(12, 14), "I16", true)]).toEqual([-300]);
  });

  it("keeps integers exact, and gives them the array that can", () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, -(2n ** 53n) + 1n, true);
    const bytes = new Uint8Array(view.buffer);
    expect([...decodeEntries(bytes, "I64")]).toEqual([-(2 ** 53) + 1]);
    const ones = new Uint8Array(8).fill(255);
    expect([...decodeEntries(ones, "U32")]).toEqual([4294967295, 4294967295]);
    expect([...decodeEntries(ones, "I32")]).toEqual([-1, -1]);
    expect([...decodeEntries(ones, "U64")]).toEqual([2 ** 64]);
    expect([...decodeEntries(ones.slice(0, 2), "U16")]).toEqual([65535]);
    expect([...decodeEntries(ones.slice(0, 1), "I8")]).toEqual([-1]);
    expect([...decodeEntries(ones.slice(0, 1), "U8")]).toEqual([255]);
    expect([...decodeEntries(Uint8Array.of(0, 1, 1), "BOOL")]).toEqual([0, 1, 1]);
    expect(decodeEntries(ones, "U32")).toBeInstanceOf(Float64Array);
    expect(decodeEntries(ones, "U16")).toBeInstanceOf(Float32Array);
  });
});

describe("encoding", () => {
  for (const dtype of ["F16", "BF16"] as const) {
    const decoded = decodeEntries(bytesOf(all16), dtype);
    /** The finite numbers of the format, ascending, each with its code. */
    const finite = [...all16]
      .filter((code) => Number.isFinite(decoded[code]!) && code < 0x8000)
      .map((code) => ({ code, value: decoded[code]! }));
    const encode = (value: number) => {
      const bytes = encodeEntries(Float64Array.of(value), dtype);
      return bytes[0]! + 256 * bytes[1]!;
    };

    it(`gives every number of ${dtype} its own code`, () => {
      const encoded = new Uint16Array(encodeEntries(decoded, dtype).buffer);
      for (const code of all16) {
        const same = Number.isNaN(decoded[code]!)
          ? Number.isNaN(decoded[encoded[code]!]!)
          : encoded[code] === code;
        if (!same) expect(encoded[code], `code ${code}`).toBe(code);
      }
    });

    it(`rounds to the nearest number of ${dtype}, ties to even`, () => {
      for (let i = 1; i < finite.length; i++) {
        const [low, high] = [finite[i - 1]!, finite[i]!];
        const middle = (low.value + high.value) / 2;
        const even = low.code % 2 === 0 ? low.code : high.code;
        if (encode(middle) !== even) expect(encode(middle), `${middle}`).toBe(even);
        const above = middle * (1 + 2 ** -52);
        if (encode(above) !== high.code) expect(encode(above), `${above}`).toBe(high.code);
        const below = middle * (1 - 2 ** -52);
        if (encode(below) !== low.code) expect(encode(below), `${below}`).toBe(low.code);
        if (encode(-above) !== high.code + 0x8000) expect(encode(-above)).toBe(high.code + 0x8000);
      }
    });

    it(`makes what is too large for ${dtype} infinite`, () => {
      const largest = finite.at(-1)!;
      const spacing = largest.value - finite.at(-2)!.value;
      const infinity = largest.code + 1;
      expect(encode(largest.value + spacing / 2)).toBe(infinity);
      expect(encode(largest.value + spacing * 0.499)).toBe(largest.code);
      for (const value of [1e39, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY])
        expect(encode(value)).toBe(infinity);
      expect(encode(-1e300)).toBe(infinity + 0x8000);
      expect(encode(5e-324)).toBe(0);
      expect(encode(-0)).toBe(0x8000);
    });
  }

  it("does not round twice", () => {
    // Just above a tie of BF16, by less than F32 can say.
    expect([...encodeEntries(Float64Array.of(1 + 2 ** -8 + 2 ** -40), "BF16")]).toEqual([0x81, 0x3f]);
  });

  it("copies F32 and F64 without a change", () => {
    fc.assert(
      fc.property(fc.float64Array(), (data) => {
        expect([...decodeEntries(encodeEntries(data, "F64"), "F64")]).toEqual([...data]);
        const single = Float32Array.from(data);
        expect([...decodeEntries(encodeEntries(single, "F32"), "F32")]).toEqual([...single]);
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});
