import fc from "fast-check";
import { expect, test } from "vitest";
import {
  difference,
  type Estimate,
  meanOf,
  ratio,
  scaled,
  standardErrorOf,
} from "../../src/measure/estimate.ts";
import { type ExampleMoments, exampleMoments } from "../../src/measure/example-moments.ts";
import { numbersOf } from "../../src/measure/numbers-of.ts";

function momentsOf(rows: readonly (readonly number[])[]): ExampleMoments {
  const moments = exampleMoments(rows[0]!.length);
  for (const row of rows) moments.add(row);
  return moments;
}
const average = (values: readonly number[]) => values.reduce((sum, each) => sum + each / values.length, 0);
/** sqrt(sum (u - mean)^2 / (N (N - 1))). */
const errorOfMean = (values: readonly number[]) => {
  const mean = average(values);
  const n = values.length;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n * (n - 1)));
};
const entry = fc.double({ min: 1, max: 10, noNaN: true });
const rows = fc.array(fc.tuple(entry, entry), { minLength: 2, maxLength: 40 });

test("means and their standard errors are the textbook's, far from zero too", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(0, 1e6), (drawn, offset) => {
      const moved = drawn.map((row) => row.map((each) => each + offset));
      const moments = momentsOf(moved);
      for (const k of [0, 1]) {
        const column = moved.map((row) => row[k]!);
        const mean = meanOf(moments, k);
        expect(mean.value).toBeCloseTo(average(column), 7);
        expect(standardErrorOf(mean, moments)!).toBeCloseTo(errorOfMean(column), 7);
      }
    }),
  );
});

test("a ratio's standard error is that of its linearisation, (u - r v) / mean v", () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const moments = momentsOf(drawn);
      const found = ratio(meanOf(moments, 0), meanOf(moments, 1), "") as Estimate;
      const [u, v] = [0, 1].map((k) => drawn.map((row) => row[k]!)) as [number[], number[]];
      const r = average(u) / average(v);
      const influences = u.map((each, i) => (each - r * v[i]!) / average(v));
      expect(found.value).toBeCloseTo(r, 12);
      expect(standardErrorOf(found, moments)!).toBeCloseTo(errorOfMean(influences), 10);
    }),
  );
});

test("what two means have in common is no error of their difference", () => {
  const moments = momentsOf([1, 2, 4, 7].map((each) => [each, each + 3]));
  const apart = difference(meanOf(moments, 1), meanOf(moments, 0)) as Estimate;
  expect(apart.value).toBe(3);
  // Variances of 21 that cancel leave a rounding of theirs, whose root this is.
  const rounding = 2 * Math.sqrt(21 * 2 ** -53);
  expect(standardErrorOf(apart, moments)).toBeLessThan(rounding);
  expect(standardErrorOf(scaled(apart, -2) as Estimate, moments)).toBeLessThan(2 * rounding);
});

test("a reason goes through to the result: null, never NaN", () => {
  const moments = momentsOf([
    [1, 0],
    [2, 0],
  ]);
  const undefinedRatio = ratio(meanOf(moments, 0), meanOf(moments, 1), "nothing is active");
  const { piece, reasons } = numbersOf(
    {
      rate: scaled(difference(undefinedRatio, meanOf(moments, 0)), 2),
      huge: scaled(meanOf(moments, 0), Number.MAX_VALUE),
      plain: meanOf(moments, 0),
    },
    moments,
  );
  expect(piece).toEqual({
    rate: null,
    rateStandardError: null,
    huge: null,
    hugeStandardError: null,
    plain: 1.5,
    plainStandardError: 0.5,
  });
  expect(reasons).toEqual({ rate: "nothing is active", huge: "it leaves the range of numbers" });
});

test("one example has a mean, and no standard error", () => {
  const moments = momentsOf([[3]]);
  expect(numbersOf({ x: meanOf(moments, 0) }, moments)).toEqual({
    piece: { x: 3, xStandardError: null },
    reasons: { xStandardError: "there is one example only" },
  });
});
