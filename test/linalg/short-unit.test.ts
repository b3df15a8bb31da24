import { describe, expect, test } from "vitest";
import { censusOf } from "../../src/linalg/entry-census.ts";
import type { FloatFormatName } from "../../src/linalg/float-formats.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { mayBeShort, shortUnit } from "../../src/linalg/short-unit.ts";
import { asBF16 } from "../noise.ts";

const unitFor = (entries: Iterable<number>, format: FloatFormatName = "BF16") =>
  shortUnit(censusOf(Float32Array.from(entries)), format);
const normal = (count: number, scale: number) => {
  const stream = randomStream(4, ["short"]);
  return Array.from({ length: count }, () => scale * stream.normal());
};
/** The part of entries that are no integers of 15 bits and a sign, in units of 2^-13. */
const restsOf = (entries: Float32Array, unit: number) =>
  entries.filter((entry) => {
    const inUnits = (entry / unit) * 2 ** 13;
    return Math.abs(inUnits) >= 2 ** 15 || inUnits !== Math.round(inUnits);
  }).length / entries.length;

describe("a unit in which entries are short", () => {
  test("leaves few of noise over, whatever its deviation", () => {
    for (let k = 0; k < 10; k++) {
      const deviation = 0.02 * 2 ** (k / 10);
      const entries = asBF16(normal(20_000, deviation));
      const unit = unitFor(entries)!;
      // Between 2.8 and 5.7 deviations are 2 units; under 1/128 of that 7 digits end.
      expect((2 * unit) / deviation).toBeGreaterThan(2.7);
      expect((2 * unit) / deviation).toBeLessThan(6);
      expect(restsOf(entries, unit)).toBeLessThan(0.024);
      expect(restsOf(entries, unit)).toBeLessThan(restsOf(entries, 2 * unit));
    }
  });

  test("is that of most entries, however large a few are", () => {
    const entries = asBF16(normal(20_000, 0.02));
    const unit = unitFor(entries);
    expect(unit).toBe(2 ** -5);
    for (const outlier of [1, 2 ** 9, 2 ** 13]) {
      entries[77] = outlier;
      expect(unitFor(entries)).toBe(unit);
    }
  });

  test("lets 32 equal entries in a row have squares of less than 2^31 together", () => {
    for (const size of [1, 1.25, 2 - 2 ** -7]) {
      const unit = unitFor(Array.from({ length: 50 }, (_, i) => (i % 2 ? size : -size)))!;
      expect(32 * ((size / unit) * 2 ** 13) ** 2).toBeLessThan(2 ** 31);
    }
  });

  test("makes entries short where few are under 2^-6 of it, as 8 digits then end at 2^-13 of it", () => {
    // The unit is 2: one in 20, or in 10, is small.
    const mixed = (each: number, small: number) =>
      Array.from({ length: 200 }, (_, i) => (i % each === 0 ? small : 1.5));
    expect(unitFor(mixed(20, 2 ** -5))).toBe(2);
    expect(unitFor(mixed(20, 2 ** -6))).not.toBe(null);
    expect(unitFor(mixed(10, 2 ** -5))).toBe(2);
    expect(unitFor(mixed(10, 2 ** -6))).toBe(null);
    expect(unitFor(mixed(10, 0))).not.toBe(null);
    // 3 digits end there from 2^-11 on.
    expect(unitFor(mixed(10, 2 ** -10), "F8_E5M2")).not.toBe(null);
    expect(unitFor(mixed(10, 2 ** -11), "F8_E5M2")).toBe(null);
  });

  test("of noise in bfloat16, in any units but those near the ends of float32; of float32 never", () => {
    expect(unitFor(asBF16(normal(20_000, 0.02 * 2 ** 40)))).not.toBe(null);
    expect(unitFor(asBF16(normal(20_000, 0.02 * 2 ** 70)))).toBe(null);
    expect(unitFor(asBF16(normal(20_000, 0.02 * 2 ** -70)))).toBe(null);
    // Neither where all digits of float32 are in use, nor where so many are that a third of the entries would be left.
    expect(unitFor(normal(20_000, 0.02))).toBe(null);
    expect(unitFor(asBF16(normal(20_000, 0.02)), "F32")).toBe(null);
    expect(unitFor(asBF16(normal(20_000, 0.02)), "F16")).toBe(null);
    expect([mayBeShort("BF16"), mayBeShort("F8_E4M3"), mayBeShort("F16"), mayBeShort("F32")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("is none where there is nothing to divide", () => {
    expect(unitFor([])).toBe(null);
    expect(unitFor([0, 0])).toBe(null);
  });
});
