import { describe, expect, test } from "vitest";
import { leastSquares, type Residuals } from "../../src/fits/least-squares.ts";

describe("least squares", () => {
  test("of a linear model are those of the normal equations", () => {
    // y = a + b t at t = 0, 1, 2, 3 through 1, 3, 4, 8: b = 11 / 5, a = 7 / 10, left over 9 / 5 in closed form.
    const times = [0, 1, 2, 3];
    const observed = [1, 3, 4, 8];
    const found = leastSquares(
      4,
      ([a, b], { values, slopes }) => {
        values.set(times.map((t, i) => a! + b! * t - observed[i]!));
        slopes[0]!.fill(1);
        slopes[1]!.set(times);
        return true;
      },
      [0, 0],
    )!;
    expect(found.parameters[0]).toBeCloseTo(0.7, 3);
    expect(found.parameters[1]).toBeCloseTo(2.2, 3);
    expect(found.sum).toBeCloseTo(1.8, 4);
  });

  test("come down a curved valley", () => {
    // Rosenbrock 1960: r = (1 - x, 10 (y - x^2)), least at (1, 1), 24.2 at the start. The steps run out on its floor.
    const rosenbrock = ([x, y]: Float64Array, { values, slopes }: Residuals) => {
      values.set([1 - x!, 10 * (y! - x! ** 2)]);
      slopes[0]!.set([-1, -20 * x!]);
      slopes[1]!.set([0, 10]);
      return true;
    };
    const found = leastSquares(2, rosenbrock, [-1.2, 1])!;
    expect(found.sum).toBeLessThan(1e-4);
    expect(Math.abs(found.parameters[0]! - 1)).toBeLessThan(0.01);
    expect(Math.abs(found.parameters[1]! - 1)).toBeLessThan(0.02);
  });

  test("stay where parameters make sense", () => {
    // sqrt(x) falls to 0 at 0 and is nothing below it.
    const root = ([x]: Float64Array, { values, slopes }: Residuals) => {
      values[0] = Math.sqrt(x!);
      slopes[0]![0] = 0.5 / Math.sqrt(x!);
      return x! > 0;
    };
    expect(leastSquares(1, root, [-1])).toBeNull();
    const found = leastSquares(1, root, [0.5])!;
    expect(found.parameters[0]).toBeGreaterThan(0);
    expect(found.sum).toBeLessThan(0.5);
  });
});
