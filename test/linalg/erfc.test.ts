import { expect, test } from "vitest";
import { erfc } from "../../src/linalg/erfc.ts";

test("agrees with scipy, between the two ways it is computed and far out", () => {
  // scipy 1.17.1, special.erfc.
  const values = [
    [-1.5, 1.9661051464753108],
    [0.1, 0.8875370839817152],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028516],
    [1.999, 0.0046984433486294865],
    [2, 0.004677734981047266],
    [3, 2.2090496998585445e-5],
    [5, 1.5374597944280347e-12],
    [10, 2.0884875837625446e-45],
    [26, 5.663192408856145e-296],
  ] as const;
  for (const [x, value] of values) {
    // Below 2 it is 1 minus a series: an error of a few eps, on a value down to 0.0047, hence 4 eps / 0.0047. Beyond,
    // the rounded square in exp costs x^2 eps.
    expect(Math.abs(erfc(x) / value - 1), `erfc(${x})`).toBeLessThan(2e-13 + x * x * Number.EPSILON);
  }
});

test("is symmetric about 1, and ends in 0 and NaN where it must", () => {
  for (const x of [0, 0.3, 1.9, 2.5]) expect(erfc(x) + erfc(-x)).toBe(2);
  expect(erfc(30)).toBe(0);
  expect(erfc(Number.NaN)).toBeNaN();
});
