import fc from "fast-check";
import { expect, test } from "vitest";
import {
  combinePiecewise,
  flatIntervals,
  type PiecewisePolynomial,
  piecewiseDerivative,
  piecewisePolynomial,
  piecewiseValue,
  transformPiecewise,
} from "../../src/autodiff/piecewise-polynomial.ts";

const coefficient = fc.double({ min: -2, max: 2, noNaN: true });
const functions: fc.Arbitrary<PiecewisePolynomial> = fc
  .uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 4 })
  .chain((places) => {
    const breaks = places.map((each) => each / 8).sort((a, b) => a - b);
    return fc.record({
      breaks: fc.constant(breaks),
      owners: fc.array(fc.constantFrom("left" as const, "right" as const), {
        minLength: breaks.length,
        maxLength: breaks.length,
      }),
      pieces: fc.array(fc.array(coefficient, { maxLength: 3 }), {
        minLength: breaks.length + 1,
        maxLength: breaks.length + 1,
      }),
    });
  });
/** Points that never meet a break, whose multiples of 1/8 stay such under the transformations tried here. */
const points = fc.integer({ min: -300, max: 300 }).map((each) => (each + 0.37) / 64);
/** Rounding of a few sums of products of numbers up to 2 * 6^2. */
const rounding = 1e-12;

test("a transformed function is the function of the transformed argument", () => {
  fc.assert(
    fc.property(
      functions,
      points,
      fc.constantFrom(-2, -1, 0.5, 1, 2),
      fc.constantFrom(-1.25, 0, 0.5),
      (f, x, inner, shift) => {
        const g = transformPiecewise(f, { inner, shift, outer: -1.5, offset: 0.25 });
        const expected = -1.5 * piecewiseValue(f, inner * (x - shift)) + 0.25;
        expect(Math.abs(piecewiseValue(g, x) - expected)).toBeLessThan(rounding * 100);
      },
    ),
  );
});

test("a mirrored function gives each break to the other piece", () => {
  const step = piecewisePolynomial([0], ["right"], [[0], [1]]);
  const mirrored = transformPiecewise(step, { inner: -1 });
  expect([-1, 0, 1].map((x) => piecewiseValue(step, x))).toEqual([0, 1, 1]);
  expect([-1, 0, 1].map((x) => piecewiseValue(mirrored, x))).toEqual([1, 1, 0]);
});

test("a combination is the sum of multiples, also at breaks that only one has", () => {
  fc.assert(
    fc.property(functions, functions, points, (f, g, x) => {
      const h = combinePiecewise(2, f, -0.5, g);
      const expected = 2 * piecewiseValue(f, x) - 0.5 * piecewiseValue(g, x);
      expect(Math.abs(piecewiseValue(h, x) - expected)).toBeLessThan(rounding);
    }),
  );
});

test("the derivative is that of central differences inside of a piece", () => {
  fc.assert(
    fc.property(functions, points, (f, x) => {
      const slope = (piecewiseValue(f, x + 1e-4) - piecewiseValue(f, x - 1e-4)) / 2e-4;
      // Quadratic pieces: central differences are exact but for rounding, eps * 100 / 1e-4.
      expect(Math.abs(piecewiseValue(piecewiseDerivative(f), x) - slope)).toBeLessThan(1e-9);
    }),
  );
});

test("it is flat where a piece is constant", () => {
  const relu = piecewisePolynomial([0], ["left"], [[0], [0, 1]]);
  expect(flatIntervals(relu)).toEqual([[Number.NEGATIVE_INFINITY, 0]]);
  const two = combinePiecewise(
    1,
    transformPiecewise(relu, { shift: 1.5 }),
    -1,
    transformPiecewise(relu, { inner: -1, shift: -1.5 }),
  );
  expect(flatIntervals(two)).toEqual([[-1.5, 1.5]]);
  expect(flatIntervals(piecewisePolynomial([], [], [[3]]))).toEqual([
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ]);
});

test("parts that don't fit are refused", () => {
  expect(() => piecewisePolynomial([0, 0], ["left", "left"], [[0], [0], [0]])).toThrow(RangeError);
  expect(() => piecewisePolynomial([0], ["left"], [[0]])).toThrow(RangeError);
  expect(() => piecewisePolynomial([0], [], [[0], [1]])).toThrow(RangeError);
});
