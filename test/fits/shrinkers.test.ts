import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { invertBbp } from "../../src/fits/bbp.ts";
import { type ShrinkageLoss, shrinkageLosses, shrinkers } from "../../src/fits/shrinkers.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";

/** A spike by its strength over the threshold, and the aspect ratio, in units of s sqrt N. */
const spike = fc
  .record({
    smaller: fc.integer({ min: 1, max: 400 }),
    multiple: fc.double({ min: 1.02, max: 50, noNaN: true }),
  })
  .map(({ smaller, multiple }) => {
    const larger = 400;
    const q = smaller / larger;
    const x = multiple * q ** 0.25;
    const y = Math.sqrt((x * x + 1) * (x * x + q)) / x;
    return { q, x, y, planted: invertBbp(y, 1 / Math.sqrt(larger), larger, smaller)! };
  });

/** Singular values of the 2 x 2 error `x e e' - value u v'`. */
function errorValues(
  x: number,
  value: number,
  { overlapLeft, overlapRight }: { readonly overlapLeft: number; readonly overlapRight: number },
): Float64Array {
  const [c, d] = [Math.sqrt(overlapLeft), Math.sqrt(overlapRight)];
  const [cs, ds] = [Math.sqrt(1 - overlapLeft), Math.sqrt(1 - overlapRight)];
  const data = Float64Array.of(x - value * c * d, -value * c * ds, -value * cs * d, -value * cs * ds);
  return thinSvd({ rows: 2, columns: 2, data }).values;
}

const norms: Readonly<Record<ShrinkageLoss, (values: Float64Array) => number>> = {
  frobenius: (values) => Math.hypot(...values),
  operator: (values) => values[0]!,
  nuclear: (values) => values[0]! + values[1]!,
};

describe("the optimal shrinkers", () => {
  test("are the closed forms of the papers", () => {
    fc.assert(
      fc.property(spike, ({ q, x, y, planted }) => {
        // Towards the threshold differences of eps become square roots of it; 1.02 times it leaves this much.
        const near = (value: number, expected: number) =>
          expect(Math.abs(value - expected)).toBeLessThan(1e-11 * y);
        // Gavish & Donoho 2017, sections on Frobenius and nuclear loss; Leeb 2022 for the operator norm.
        near(shrinkers.frobenius(planted), Math.sqrt((y * y - q - 1) ** 2 - 4 * q) / y);
        near(shrinkers.nuclear(planted), Math.max(0, x ** 4 - q - Math.sqrt(q) * x * y) / (x * x * y));
        near(shrinkers.operator(planted), x * Math.sqrt((x * x + q) / (x * x + 1)));
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  test.each(shrinkageLosses)("no other value has a smaller %s error", (loss) => {
    fc.assert(
      fc.property(spike, fc.double({ min: 0, max: 2, noNaN: true }), ({ x, planted }, other) => {
        const best = norms[loss](errorValues(x, shrinkers[loss](planted), planted));
        const worse = norms[loss](errorValues(x, other * x, planted));
        expect(best).toBeLessThan(worse + 1e-11 * x);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  test("lie in this order: nuclear, Frobenius, operator, observed; nuclear drops weak directions", () => {
    fc.assert(
      fc.property(spike, ({ y, planted }) => {
        const [nuclear, frobenius, operator] = [
          shrinkers.nuclear(planted),
          shrinkers.frobenius(planted),
          shrinkers.operator(planted),
        ];
        expect(nuclear).toBeLessThan(frobenius);
        expect(frobenius).toBeLessThan(operator);
        expect(operator).toBeLessThan(y);
      }),
      { seed: 13, numRuns: 100 },
    );
    // x = 1.1, q = 1: x^4 - 1 < x y = x^2 + 1.
    expect(shrinkers.nuclear(invertBbp(1.1 + 1 / 1.1, 1 / 20, 400, 400)!)).toBe(0);
  });
});
