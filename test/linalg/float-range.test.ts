import { describe, expect, test } from "vitest";
import { isInRange, squareInRange } from "../../src/linalg/float-range.ts";

describe("the range of float64", () => {
  test("holds squares with all their digits, and says null beyond", () => {
    expect(squareInRange(-3)).toBe(9);
    expect(squareInRange(0)).toBe(0);
    // IEEE 754: 2^-1022 is the least normal number, and 2^1024 is too large.
    expect(squareInRange(2 ** -511)).toBe(2 ** -1022);
    expect(squareInRange(2 ** -511.5)).toBeNull();
    expect(squareInRange(2 ** 511.5)).not.toBeNull();
    expect(squareInRange(2 ** 512)).toBeNull();
    expect(squareInRange(Number.NaN)).toBeNull();
  });

  test("has neither what overflowed nor what lost digits", () => {
    expect([2 ** -1022, 1, Number.MAX_VALUE].every(isInRange)).toBe(true);
    expect([0, Number.MIN_VALUE, Number.POSITIVE_INFINITY, Number.NaN].some(isInRange)).toBe(false);
  });
});
