import fc from "fast-check";
import { expect, test } from "vitest";
import { largestAssignment } from "../../src/linalg/assignment.ts";

/** The largest sum, by trying all. */
function best(weights: readonly (readonly number[])[], row = 0, taken = new Set<number>()): number {
  if (row === weights.length) return 0;
  let most = best(weights, row + 1, taken);
  weights[row]!.forEach((weight, column) => {
    if (taken.has(column)) return;
    most = Math.max(most, weight + best(weights, row + 1, new Set([...taken, column])));
  });
  return most;
}

test("the assignment has the largest sum there is, and no partner twice", () => {
  const matrices = fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }))
    .chain(([rows, columns]) =>
      fc.array(
        fc.array(fc.oneof(fc.double({ min: -1, max: 2, noNaN: true }), fc.constantFrom(0, 1)), {
          minLength: columns,
          maxLength: columns,
        }),
        { minLength: rows, maxLength: rows },
      ),
    );
  fc.assert(
    fc.property(matrices, (weights) => {
      const partners = largestAssignment(weights);
      expect(partners.length).toBe(weights.length);
      const made = partners.flatMap((column, row) => (column < 0 ? [] : [{ row, column }]));
      expect(new Set(made.map(({ column }) => column)).size).toBe(made.length);
      for (const { row, column } of made) expect(weights[row]![column]!).toBeGreaterThan(0);
      const sum = made.reduce((total, { row, column }) => total + weights[row]![column]!, 0);
      expect(Math.abs(sum - best(weights))).toBeLessThanOrEqual(1e-12);
    }),
    { seed: 5, numRuns: 400 },
  );
});
