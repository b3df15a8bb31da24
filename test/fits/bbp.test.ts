import fc from "fast-check";
import { expect, test } from "vitest";
import { invertBbp } from "../../src/fits/bbp.ts";

test("the BBP relation is inverted exactly, for any shape and strength over the threshold", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 2000 }),
      fc.integer({ min: 2, max: 2000 }),
      fc.double({ min: 1e-20, max: 1e20, noNaN: true }),
      fc.double({ min: 1.05, max: 100, noNaN: true }),
      (a, b, scale, multiple) => {
        const [larger, smaller] = [Math.max(a, b), Math.min(a, b)];
        const x = multiple * (larger * smaller) ** 0.25;
        const seen = Math.sqrt((x * x + larger) * (x * x + smaller)) / x;
        const planted = invertBbp(seen * scale, scale, larger, smaller);
        // Near the threshold the relation is flat: a rounding of y moves t by its square root's worth.
        expect(Math.abs(planted!.strength / (x * scale) - 1)).toBeLessThan(1e-8);
        for (const overlap of [planted!.overlapLeft, planted!.overlapRight]) {
          expect(overlap).toBeGreaterThan(0);
          expect(overlap).toBeLessThan(1);
        }
        expect(planted!.overlapRight).toBeGreaterThanOrEqual(planted!.overlapLeft - 1e-12);
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

test("inside the bulk there is nothing to invert", () => {
  expect(invertBbp(Math.sqrt(400) + Math.sqrt(1600) - 1, 1, 1600, 400)).toBeNull();
  expect(invertBbp(0, 1, 1600, 400)).toBeNull();
});
