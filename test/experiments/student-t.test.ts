import { describe, expect, test } from "vitest";
import { studentT } from "../../src/experiments/student-t.ts";
import { gaussLegendre } from "../../src/linalg/gauss-legendre.ts";

const levels = [0.1, 0.5, 0.9, 0.95, 0.99];

test.each(levels)("one and two degrees of freedom have closed forms (within %f)", (p) => {
  expect(studentT(1, p)).toBeCloseTo(Math.tan((Math.PI * p) / 2), 9);
  expect(studentT(2, p)).toBeCloseTo((Math.SQRT2 * p) / Math.sqrt(1 - p * p), 9);
});

/** Share of the density (1 + t^2 / nu)^(-(nu + 1) / 2) within t; t = sqrt(nu) tan(theta) makes it cos^(nu - 1). */
function shareWithin(t: number, nu: number): number {
  const { nodes, weights } = gaussLegendre(80);
  const integral = (to: number) =>
    nodes.reduce((sum, x, i) => sum + weights[i]! * Math.cos((to * (x + 1)) / 2) ** (nu - 1), 0) * (to / 2);
  return integral(Math.atan(t / Math.sqrt(nu))) / integral(Math.PI / 2);
}

describe.each([3, 4, 5, 8, 9, 30])("%i degrees of freedom", (nu) => {
  test.each(levels)("the density's integral within t is %f", (p) => {
    expect(shareWithin(studentT(nu, p), nu)).toBeCloseTo(p, 9);
  });
});
