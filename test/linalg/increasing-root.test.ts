import { expect, test } from "vitest";
import { increasingRoot } from "../../src/linalg/increasing-root.ts";

test("a root is found to rounding where Newton alone would leave the bracket or stand still", () => {
  // x^9: the slope is 0 at the root's neighbour and Newton's first step from 1e-3 goes 1e24 far.
  const ninth = increasingRoot((x) => [x ** 9 - 2, 9 * x ** 8], 0, 10, 1e-3);
  expect(Math.abs(ninth / 2 ** (1 / 9) - 1)).toBeLessThan(4 * Number.EPSILON);
  // A wrong slope of 0 leaves bisection.
  const bisected = increasingRoot((x) => [Math.atan(x - 3), 0], -100, 100, 50);
  expect(Math.abs(bisected - 3)).toBeLessThan(1e-14);
});
