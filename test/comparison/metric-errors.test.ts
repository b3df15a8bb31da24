import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import type { RelativeErrors } from "../../src/metrics/metric.ts";
import { measure } from "../conformance/metric.ts";
import { gaussian, plant } from "../noise.ts";

/** Metrics whose errors are bounds by those of singular values: not by that of a fitted scale. */
const bounded = metricCatalogue.filter(({ errorFrom, restsOn }) => errorFrom && restsOn === undefined);

/** Of square roundings of a matrix of N x M: bounds on how far they move it. */
function errorsOf(values: Float64Array, frobenius: number, spectral: number, norm: number): RelativeErrors {
  const largest = values[0]!;
  const smallest = values.at(-1)!;
  return {
    largest: spectral / largest,
    smallest: spectral / smallest,
    norm: frobenius / norm,
    scale: null,
    count: values.length,
  };
}

describe("a disturbed matrix has metrics within the errors that they declare", () => {
  test.each(bounded.map((metric) => [metric.id, metric] as const))("%s", async (_, metric) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: -7, max: -3, noNaN: true }),
        async (seed, power) => {
          const matrix = plant(gaussian(24, 12, 1, seed), 15, seed);
          const stream = randomStream(seed, ["disturbance"]);
          const disturbance = matrix.data.map(() => 10 ** power * stream.normal());
          const disturbed = { ...matrix, data: matrix.data.map((entry, i) => entry + disturbance[i]!) };
          const [before, after] = [await measure(matrix), await measure(disturbed)];
          const spectral = (await measure({ ...matrix, data: disturbance })).spectrum.singularValues[0]!;
          const errors = errorsOf(
            before.spectrum.singularValues,
            Math.hypot(...disturbance),
            spectral,
            Math.hypot(...matrix.data),
          );
          const value = metric.compute(before)!;
          const error = metric.errorFrom!(value, errors)!;
          expect(error).toBeGreaterThan(0);
          // To leading order: a hundredth more for the next one, which is under 1e-3 of it here; and rounding.
          expect(Math.abs(metric.compute(after)! - value)).toBeLessThanOrEqual(
            1.01 * error + 1e-12 * Math.abs(value),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});

test("errors that rest on the scale grow with its power", () => {
  const errors: RelativeErrors = { largest: 0, smallest: 0, norm: 0, scale: 0.01, count: 10 };
  const of = (id: string) => metricCatalogue.find((metric) => metric.id === id)!.errorFrom!(5, errors);
  // Edges and soft rank are of s^2: 2 x 1 % of 5.
  for (const id of ["lambdaPlus", "lambdaMinus", "softRank"]) {
    expect(of(`marchenkoPastur.${id}`)).toBeCloseTo(0.1, 12);
    expect(
      metricCatalogue.find((metric) => metric.id === `marchenkoPastur.${id}`)!.errorFrom!(5, {
        ...errors,
        scale: null,
      }),
    ).toBeNull();
  }
});
