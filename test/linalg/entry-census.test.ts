import fc from "fast-check";
import { expect, test } from "vitest";
import { censusOf, joinCensus, unitOf } from "../../src/linalg/entry-census.ts";

const exponentOf = (x: number) => Math.max(Math.floor(Math.log2(Math.abs(x))), -1022);

test("a census counts entries by the power of two under them, whatever their order and number", () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 40 }), (data) => {
      for (const entries of [data, Float64Array.from(data)]) {
        const { count, nonFinite, isZero, exponents } = censusOf(entries);
        const nonZero = Array.from(data).filter((x) => x !== 0);
        expect([count, nonFinite, isZero]).toEqual([data.length, 0, nonZero.length === 0]);
        expect(exponents.reduce((sum, each) => sum + each, 0)).toBe(nonZero.length);
        const normal = nonZero.filter((x) => Math.abs(x) >= 2 ** -126);
        for (const x of normal) {
          const alike = normal.filter((y) => exponentOf(y) === exponentOf(x)).length;
          expect(exponents[exponentOf(x) + 1023]).toBe(alike);
        }
      }
      const reversed = Float32Array.from(data).reverse();
      expect(censusOf(reversed)).toEqual(censusOf(data));
    }),
    { seed: 4, numRuns: 200 },
  );
});

test("NaN and infinity are counted, at any place", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (let place = 0; place < 9; place++) {
      const entries = [1, 5, 3, 0, 1, 2, 3, 4, 0];
      entries[place] = bad;
      expect(censusOf(Float32Array.from(entries)).nonFinite).toBe(1);
      expect(censusOf(Float64Array.from(entries)).nonFinite).toBe(1);
    }
  }
});

test("the unit is the power of two under the largest entry, and bounded where entries are tiny", () => {
  expect(unitOf(censusOf(Float32Array.of(0.3, -5, 2)))).toBe(4);
  expect(unitOf(censusOf(Float64Array.of(0.3, -0.5)))).toBe(0.5);
  expect(unitOf(censusOf(Float64Array.of(1e300, 1)))).toBe(2 ** 996);
  expect(unitOf(censusOf(new Float32Array(3)))).toBe(1);
  expect(unitOf(censusOf(Float64Array.of(5e-324)))).toBe(2 ** -1020);
  expect(unitOf(censusOf(Float32Array.of(2 ** -140)))).toBe(2 ** -127);
});

test("joined, two censuses are that of all entries", () => {
  const a = Float64Array.of(1, 0, Number.NaN, 3);
  const b = Float64Array.of(0.25, 3, 5e-324);
  expect(joinCensus(censusOf(a), censusOf(b))).toEqual(censusOf(Float64Array.of(...a, ...b)));
});
