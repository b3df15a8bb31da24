import fc from "fast-check";
import { expect, test } from "vitest";
import { largestMagnitude } from "../../src/linalg/largest-magnitude.ts";

test("the largest magnitude is that of Math.abs, for both widths and any finite entries", () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true }), (data) => {
      const expected = data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
      expect(largestMagnitude(data)).toBe(expected);
      expect(largestMagnitude(Float64Array.from(data))).toBe(expected);
    }),
    { seed: 4, numRuns: 200 },
  );
});

test("NaN and infinity, anywhere, make it infinite", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const place of [0, 1, 2]) {
      const entries = [1, 5, 3];
      entries[place] = bad;
      expect(largestMagnitude(Float32Array.from(entries))).toBe(Number.POSITIVE_INFINITY);
      expect(largestMagnitude(Float64Array.from(entries))).toBe(Number.POSITIVE_INFINITY);
    }
  }
});
