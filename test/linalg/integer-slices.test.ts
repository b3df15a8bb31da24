import fc from "fast-check";
import { expect, test } from "vitest";
import { censusOf, unitOf } from "../../src/linalg/entry-census.ts";
import {
  exactLength,
  mostSlices,
  planSlices,
  sliceBits,
  sliceProductWeight,
  writeSlices,
} from "../../src/linalg/integer-slices.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Slices of a row of entries, and what they leave of it, in units of `unit`. */
function sliced(data: Float32Array | Float64Array, unit: number, count: number) {
  const slices = Array.from({ length: count }, () => new Float32Array(data.length));
  writeSlices(
    { data, first: 0, rows: 1, columns: data.length, stride: data.length },
    unit,
    slices,
    data.length,
  );
  const rest = Float64Array.from(data, (entry, i) =>
    slices.reduce((left, slice, t) => left - slice[i]! * Math.sqrt(sliceProductWeight(t, t)), entry / unit),
  );
  return { slices, rest };
}

test("slices are whole numbers whose products float32 adds exactly, and leave what the plan says", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom(1e-38, 1e-6, 1, 1e30),
      fc.constantFrom(0, 3, 20),
      fc.boolean(),
      fc.integer({ min: 0, max: 1e6 }),
      (length, scale, decades, isSingle, seed) => {
        const { normal, uniform } = randomStream(seed, ["slices"]);
        const entries = Float64Array.from({ length }, () => normal() * scale * 10 ** (-decades * uniform()));
        const data = isSingle ? Float32Array.from(entries) : entries;
        if (censusOf(data).isZero) return;
        const unit = unitOf(censusOf(data));
        const { count, leftOut } = planSlices(data, unit);
        const { slices, rest } = sliced(data, unit, count);
        for (const slice of slices) {
          for (const entry of slice) {
            expect(Number.isInteger(entry)).toBe(true);
            expect(Math.abs(entry)).toBeLessThanOrEqual(2 ** (sliceBits - 1));
          }
        }
        const norm = Math.hypot(...data) / unit;
        // The rounding of the differences and of the sums: all that this and the plan may differ by.
        expect(Math.abs(Math.hypot(...rest) - leftOut)).toBeLessThanOrEqual(
          4 * length * Number.EPSILON * leftOut,
        );
        if (count < mostSlices) expect(leftOut).toBeLessThanOrEqual(2 ** -40 * norm);
        if (count > 1)
          expect(Math.hypot(...sliced(data, unit, count - 1).rest)).toBeGreaterThan(2 ** -40 * norm);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test("small whole numbers and bfloat16 take few slices, which are all of them", () => {
  expect(planSlices(Float32Array.of(1, -1, 0, 1.5), 1)).toEqual({ count: 1, leftOut: 0 });
  // 8 digits, of entries down to 2^-8 of the largest: 16 digits in all.
  const bfloat16 = Float32Array.from({ length: 128 }, (_, i) => (1 + i / 128) * 2 ** (-i % 9));
  expect(planSlices(bfloat16, 1)).toEqual({ count: 2, leftOut: 0 });
});

test("as many of the largest products as are added at once come to the last whole number before float32 rounds", () => {
  const largest = exactLength * (2 ** (sliceBits - 1)) ** 2;
  expect(largest).toBe(2 ** 24);
  expect(Math.fround(largest - 1)).toBe(largest - 1);
  expect(Math.fround(largest + 1)).not.toBe(largest + 1);
});
