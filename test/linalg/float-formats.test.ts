import { describe, expect, test } from "vitest";
import { censusOf } from "../../src/linalg/entry-census.ts";
import {
  decodeSmallFloat,
  type FloatFormatName,
  roundingErrorRms as roundingErrorOfCensus,
  smallFloatTable,
} from "../../src/linalg/float-formats.ts";

const roundingErrorRms = (data: Float32Array | Float64Array, format: FloatFormatName) =>
  roundingErrorOfCensus(censusOf(data), format);

import { randomStream } from "../../src/linalg/random.ts";

describe("small floats", () => {
  test("decode as their standards say", () => {
    // IEEE 754 binary16 and OCP OFP8 examples: smallest subnormal, largest finite, one, infinities, NaN.
    expect(decodeSmallFloat(0x0001, "F16")).toBe(2 ** -24);
    expect(decodeSmallFloat(0x7bff, "F16")).toBe(65504);
    expect(decodeSmallFloat(0xbc00, "F16")).toBe(-1);
    expect(decodeSmallFloat(0xfc00, "F16")).toBe(Number.NEGATIVE_INFINITY);
    expect(decodeSmallFloat(0x7c01, "F16")).toBeNaN();
    expect(decodeSmallFloat(0x7e, "F8_E4M3")).toBe(448);
    expect(decodeSmallFloat(0x7f, "F8_E4M3")).toBeNaN();
    expect(decodeSmallFloat(0x01, "F8_E4M3")).toBe(2 ** -9);
    expect(decodeSmallFloat(0x7b, "F8_E5M2")).toBe(57344);
    expect(decodeSmallFloat(0x7c, "F8_E5M2")).toBe(Number.POSITIVE_INFINITY);
    expect(decodeSmallFloat(0x01, "F8_E5M2")).toBe(2 ** -16);
  });

  test("keeps sign and payload of a NaN, and makes it quiet", () => {
    // torch 2.15, tensor.to(torch.float32) of these codes.
    for (const [format, code, bits] of [
      ["F16", 0x7e00, 0x7fc00000],
      ["F16", 0xfe00, 0xffc00000],
      ["F16", 0x7c01, 0x7fc02000],
      ["F8_E4M3", 0xff, 0xfff00000],
      ["F8_E5M2", 0x7d, 0x7fe00000],
      ["F8_E5M2", 0xfe, 0xffc00000],
    ] as const) {
      const table = smallFloatTable(format);
      expect(new Uint32Array(table.buffer)[code]).toBe(bits);
    }
  });

  test("grow with their code, and are odd in the sign", () => {
    for (const format of ["F16", "F8_E4M3", "F8_E5M2"] as const) {
      const table = smallFloatTable(format);
      const half = table.length / 2;
      for (let code = 1; code < half; code++) {
        if (Number.isNaN(table[code])) continue;
        expect(table[code]! > table[code - 1]!).toBe(true);
        expect(table[code + half]).toBe(-table[code]!);
      }
    }
  });
});

describe("the rounding error of stored entries", () => {
  test("is ulp / sqrt(12) for entries of one size", () => {
    expect(roundingErrorRms(Float32Array.of(1, 1.5, -1.9), "F32")).toBeCloseTo(2 ** -23 / Math.sqrt(12), 20);
    expect(roundingErrorRms(Float32Array.of(1), "BF16")).toBeCloseTo(2 ** -7 / Math.sqrt(12), 12);
    expect(roundingErrorRms(Float64Array.of(3), "F64") / (2 ** -51 / Math.sqrt(12))).toBeCloseTo(1, 14);
    // Under the smallest normal number the spacing stays 2^-24.
    expect(roundingErrorRms(Float32Array.of(1e-30), "F16") / (2 ** -24 / Math.sqrt(12))).toBeCloseTo(1, 14);
  });

  test("counts exact zeros as exact, and scales with the entries", () => {
    expect(roundingErrorRms(new Float32Array(5), "F32")).toBe(0);
    expect(roundingErrorRms(new Float32Array(0), "F32")).toBe(0);
    const half = roundingErrorRms(Float32Array.of(1, 0, 0, 0), "F32");
    expect(half).toBeCloseTo(2 ** -23 / Math.sqrt(12) / 2, 20);
    expect(roundingErrorRms(Float32Array.of(1024, 512), "F32")).toBe(
      1024 * roundingErrorRms(Float32Array.of(1, 0.5), "F32"),
    );
  });

  test("is what rounding really does to normal entries", () => {
    const stream = randomStream(4, ["rounding"]);
    const exact = Float64Array.from({ length: 20_000 }, () => stream.normal());
    const stored = Float32Array.from(exact);
    const actual = Math.sqrt(exact.reduce((sum, x, i) => sum + (x - stored[i]!) ** 2, 0) / exact.length);
    // The mean square of 20 000 uniform errors is known to about 1 %.
    expect(roundingErrorRms(stored, "F32") / actual).toBeCloseTo(1, 1);
  });
});
