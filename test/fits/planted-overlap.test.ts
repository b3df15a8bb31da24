import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { invertBbp } from "../../src/fits/bbp.ts";
import { plantedOverlap, sameNoiseOverlap } from "../../src/fits/planted-overlap.ts";
import { spikeFluctuations } from "../../src/fits/spike-fluctuations.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { gaussian } from "../noise.ts";

interface Seen {
  readonly values: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

const inner = (x: Float64Array, y: Float64Array) => x.reduce((sum, entry, i) => sum + entry * y[i]!, 0);

/** Singular values of noise of unit variance, at the quantiles of its law: sums over them are integrals to 1 / count. */
function marchenkoPasturBulk(larger: number, smaller: number): Float64Array {
  const law = marchenkoPastur(smaller / larger, 1);
  return Float64Array.from({ length: smaller }, (_, i) =>
    Math.sqrt(larger * law.quantile((i + 0.5) / smaller)),
  );
}

test.each([
  [1600, 400],
  [1000, 1000],
  [800, 100],
])("over a Marchenko-Pastur bulk of %d x %d it is the BBP relation, with its fluctuations", (n, m) => {
  const bulk = marchenkoPasturBulk(n, m);
  for (const multiple of [1.4, 2, 5]) {
    const t = multiple * (n * m) ** 0.25;
    const seen = Math.sqrt((t * t + n) * (t * t + m)) / t;
    const expected = invertBbp(seen, 1, n, m)!;
    const found = plantedOverlap(seen, bulk, n)!;
    // The midpoint rule over m quantiles errs by m^-3/2 at an edge that the density reaches as a square root.
    const tolerance = 20 * m ** -1.5;
    expect(Math.abs(found.strength / t - 1)).toBeLessThan(tolerance);
    expect(Math.abs(found.left - expected.overlapLeft)).toBeLessThan(tolerance);
    expect(Math.abs(found.right - expected.overlapRight)).toBeLessThan(tolerance);
    // y(t) = ((t^2 + n)(t^2 + m))^1/2 / t has the slope (t^4 - n m) / (t^3 y); of t the variance is known apart.
    const slope = (t ** 4 - n * m) / (t ** 3 * seen);
    const strengthError = t * Math.sqrt(spikeFluctuations(t, 1, n, m).strengthVariance);
    expect(Math.abs(found.singularValueError / (slope * strengthError) - 1)).toBeLessThan(10 * tolerance);
  }
});

test("observed vectors scatter about the planted ones as the variances say", () => {
  // Gaussian noise does not prefer a direction: the planted one may be the first coordinate of both sides.
  const [rows, columns, draws] = [120, 60, 120];
  const strength = 2 * (rows * columns) ** 0.25;
  const sums = { left: 0, right: 0, leftSquare: 0, rightSquare: 0, leftVariance: 0, rightVariance: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const noise = gaussian(rows, columns, 1, `overlap ${draw}`);
    noise.data[0]! += strength;
    const { values, left, right } = thinSvd(noise);
    const found = plantedOverlap(values[0]!, values.subarray(1), rows - 1)!;
    const onLeft = Math.log(left[0]! ** 2 / found.left);
    const onRight = Math.log(right[0]! ** 2 / found.right);
    sums.left += onLeft / draws;
    sums.right += onRight / draws;
    sums.leftSquare += onLeft ** 2 / draws;
    sums.rightSquare += onRight ** 2 / draws;
    sums.leftVariance += found.leftVariance / draws;
    sums.rightVariance += found.rightVariance / draws;
  }
  // Of 120 draws a mean is known to 9 % of the standard deviation, a variance to 13 %; four of these, and the next
  // order in 1 / columns.
  expect(Math.abs(sums.left)).toBeLessThan(0.4 * Math.sqrt(sums.leftVariance));
  expect(Math.abs(sums.right)).toBeLessThan(0.4 * Math.sqrt(sums.rightVariance));
  expect(Math.abs(sums.leftSquare / sums.leftVariance - 1)).toBeLessThan(0.6);
  expect(Math.abs(sums.rightSquare / sums.rightVariance - 1)).toBeLessThan(0.6);
});

test("under the same noise a direction whose strength changes keeps the overlap that is said", () => {
  const [rows, columns, draws] = [120, 60, 40];
  const threshold = (rows * columns) ** 0.25;
  const sums = { left: 0, right: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const noise = gaussian(rows, columns, 1, `same ${draw}`);
    const [weak, strong] = [1.5, 3].map((multiple) => {
      const data = noise.data.slice();
      data[0]! += multiple * threshold;
      const { values, left, right } = thinSvd({ ...noise, data });
      const first = (vectors: Float64Array, length: number) =>
        Float64Array.from({ length }, (_, i) => vectors[i * columns]!);
      return { values, left: first(left, rows), right: first(right, columns) };
    }) as [Seen, Seen];
    const expected = sameNoiseOverlap(
      weak.values[0]!,
      strong.values[0]!,
      strong.values.subarray(1),
      rows - 1,
    )!;
    sums.left += (Math.abs(inner(weak.left, strong.left)) - expected.left) / draws;
    sums.right += (Math.abs(inner(weak.right, strong.right)) - expected.right) / draws;
    // The same value twice is the same vector.
    const same = sameNoiseOverlap(strong.values[0]!, strong.values[0]!, strong.values.subarray(1), rows - 1)!;
    expect(Math.abs(same.left - 1)).toBeLessThan(1e-12);
    expect(Math.abs(same.right - 1)).toBeLessThan(1e-12);
    // Noise drawn anew leaves less.
    const apart = [weak, strong].map(
      ({ values }) => plantedOverlap(values[0]!, strong.values.subarray(1), rows - 1)!,
    );
    expect(expected.left).toBeGreaterThan(Math.sqrt(apart[0]!.left * apart[1]!.left));
  }
  // The overlap is about 0.9; a draw scatters by 0.05 about it, 40 by 0.008: three of these.
  expect(Math.abs(sums.left)).toBeLessThan(0.025);
  expect(Math.abs(sums.right)).toBeLessThan(0.025);
});

test("any unit gives the same overlaps, and strength in that unit", () => {
  const bulk = marchenkoPasturBulk(200, 50);
  const one = plantedOverlap(40, bulk, 200)!;
  for (const unit of [1e-200, 1e200]) {
    const other = plantedOverlap(
      40 * unit,
      bulk.map((value) => value * unit),
      200,
    )!;
    expect(other.left).toBeCloseTo(one.left, 12);
    expect(other.rightVariance / one.rightVariance).toBeCloseTo(1, 9);
    expect(other.strength / unit / one.strength).toBeCloseTo(1, 12);
  }
});

test("a value inside of the bulk says nothing; a bulk larger than the matrix is refused", () => {
  expect(plantedOverlap(1, Float64Array.of(1.5, 0.5), 10)).toBeNull();
  expect(plantedOverlap(1, Float64Array.of(1, 0.5), 10)).toBeNull();
  expect(plantedOverlap(0, Float64Array.of(0), 10)).toBeNull();
  expect(() => plantedOverlap(1, new Float64Array(0), 10)).toThrow(UsageError);
  expect(() => plantedOverlap(1, new Float64Array(11), 10)).toThrow(UsageError);
});
