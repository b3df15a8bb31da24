import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import { convolutionOperatorSpectrum, type KernelShape } from "../../src/spectrum/convolution-operator.ts";
import { gaussian } from "../noise.ts";

const eps = Number.EPSILON / 2;

/** Places of a box, the last axis fastest. */
const placesOf = (sides: readonly number[]): number[][] =>
  sides.reduce<number[][]>(
    (all, side) => all.flatMap((place) => Array.from({ length: side }, (_, x) => [...place, x])),
    [[]],
  );

/** The map itself: y[o, x] = sum over i and p of K[o, i, p] u[i, x + p], on a torus. */
function denseOperator(kernel: Float64Array, { outputs, inputs, size, outputsLast }: KernelShape, n: number) {
  const places = placesOf(size.map(() => n));
  const taps = placesOf(size);
  const number = (place: readonly number[]) => place.reduce((sum, x) => sum * n + (x % n), 0);
  const [rows, columns] = [outputs * places.length, inputs * places.length];
  const data = new Float64Array(rows * columns);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (const [t, tap] of taps.entries())
        for (const [x, place] of places.entries()) {
          const from = number(place.map((at, axis) => at + tap[axis]!));
          const entry = outputsLast
            ? kernel[(t * inputs + i) * outputs + o]!
            : kernel[(o * inputs + i) * taps.length + t]!;
          data[(o * places.length + x) * columns + i * places.length + from]! += entry;
        }
  return { rows, columns, data };
}

test("values are those of the dense operator", async () => {
  const extent = fc.integer({ min: 1, max: 3 });
  await fc.assert(
    fc.asyncProperty(
      extent,
      extent,
      fc.oneof(fc.tuple(extent), fc.tuple(extent, extent), fc.constant([2, 1, 2])),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (outputs, inputs, size, side, outputsLast) => {
        const n = size.length === 3 ? Math.min(side, 3) : side;
        const shape = { outputs, inputs, size, outputsLast };
        const count = outputs * inputs * size.reduce((product, k) => product * k, 1);
        const kernel = gaussian(1, count, 1, "kernel").data;
        const found = await convolutionOperatorSpectrum(kernel, shape, n);
        const dense = accurateSingularValues(denseOperator(kernel, shape, n)).values;
        expect(found.inputSize).toEqual(size.map(() => n));
        expect(found.singularValues.length).toBe(dense.length);
        // 16 eps sqrt(N) s_1 for the dense operator, and what the method says of itself.
        const N = Math.max(outputs, inputs) * n ** size.length;
        const bound = 16 * eps * Math.sqrt(N) * dense[0]! + found.errorBound;
        expect(bound).toBeLessThan(1e-12 * dense[0]!);
        for (const [i, value] of found.singularValues.entries()) {
          expect(Math.abs(value - dense[i]!)).toBeLessThanOrEqual(bound);
        }
      },
    ),
    { seed: 20241129, numRuns: 60 },
  );
});

describe("known exactly", () => {
  test("a kernel of one place is its own matrix, at every frequency", async () => {
    const shape = { outputs: 2, inputs: 2, size: [1, 1], outputsLast: false };
    const { singularValues } = await convolutionOperatorSpectrum(Float64Array.of(3, 0, 0, 4), shape, 3);
    expect([...singularValues].map((s) => Math.round(s * 1e12) / 1e12)).toEqual([
      ...Array.from({ length: 9 }, () => 4),
      ...Array.from({ length: 9 }, () => 3),
    ]);
  });

  test("a difference of neighbours has 2 |sin(pi w / n)|", async () => {
    const n = 12;
    const shape = { outputs: 1, inputs: 1, size: [2], outputsLast: true };
    const { singularValues, errorBound } = await convolutionOperatorSpectrum(
      Float64Array.of(-1, 1),
      shape,
      n,
    );
    const expected = Array.from({ length: n }, (_, w) => 2 * Math.abs(Math.sin((Math.PI * w) / n)));
    expected.sort((a, b) => b - a);
    // Angles are rounded: a few eps besides.
    for (const [i, value] of singularValues.entries()) {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(errorBound + 16 * eps);
    }
  });

  test("the squares sum to n^d ||K||^2", async () => {
    const kernel = gaussian(1, 4 * 5 * 9, 1, "kernel").data;
    const shape = { outputs: 4, inputs: 5, size: [3, 3], outputsLast: false };
    const { singularValues } = await convolutionOperatorSpectrum(kernel, shape, 7);
    const sum = singularValues.reduce((total, s) => total + s * s, 0);
    const expected = 49 * kernel.reduce((total, entry) => total + entry * entry, 0);
    expect(Math.abs(sum / expected - 1)).toBeLessThan(64 * 49 * eps);
  });

  test("a kernel of zeros has zeros", async () => {
    const shape = { outputs: 1, inputs: 2, size: [2, 2], outputsLast: false };
    const { singularValues } = await convolutionOperatorSpectrum(new Float64Array(8), shape, 2);
    expect([...singularValues]).toEqual([0, 0, 0, 0]);
  });
});

test.each([0, -1, 1.5, Number.NaN, 1 << 14])("a side of %d is refused", async (n) => {
  const shape = { outputs: 8, inputs: 8, size: [3, 3], outputsLast: false };
  await expect(convolutionOperatorSpectrum(new Float64Array(576), shape, n)).rejects.toThrow(UsageError);
});
