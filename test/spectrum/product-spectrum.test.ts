import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accurateSingularValues } from "../../src/spectrum/accurate.ts";
import { productSpectrum } from "../../src/spectrum/product-spectrum.ts";
import { rankTolerance } from "../../src/spectrum/rank.ts";
import { gaussian } from "../noise.ts";

const eps = Number.EPSILON / 2;

function product(left: ReturnType<typeof gaussian>, right: ReturnType<typeof gaussian>) {
  const data = new Float64Array(left.rows * right.columns);
  for (let i = 0; i < left.rows; i++)
    for (let k = 0; k < right.rows; k++)
      for (let j = 0; j < right.columns; j++)
        data[i * right.columns + j]! += left.data[i * left.columns + k]! * right.data[k * right.columns + j]!;
  return { rows: left.rows, columns: right.columns, data };
}

const norm = ({ data }: { data: Float64Array }) => Math.hypot(...data);

test("values are those of the dense product, whatever side is larger than the rank", () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      side,
      fc.integer({ min: 1, max: 12 }),
      side,
      fc.integer({ min: -60, max: 60 }),
      (m, r, n, power) => {
        const left = gaussian(m, r, 2 ** power, "left");
        const right = gaussian(r, n, 1, "right");
        const found = productSpectrum(left, right, "F64");
        const dense = accurateSingularValues(product(left, right));
        // 16 eps sqrt(N) ||B|| ||A|| for the method, as much for the dense product's, and its own rounding under it.
        const bound = 2 * 16 * eps * Math.sqrt(Math.max(m, n)) * norm(left) * norm(right);
        expect(found.singularValues.length).toBe(Math.min(m, n));
        for (const [i, value] of found.singularValues.entries()) {
          expect(Math.abs(value - dense.values[i]!)).toBeLessThanOrEqual(bound);
          if (i >= r) expect(value).toBe(0);
        }
        expect(found.resolution).toBeLessThanOrEqual(bound);
      },
    ),
    { seed: 20241128, numRuns: 100 },
  );
});

test("singular factors, known exactly", () => {
  // B = [3, 0; 0, 4; 0, 0] and A = [0, 1; 1, 0]: s = 4, 3.
  const left = { rows: 3, columns: 2, data: Float64Array.of(3, 0, 0, 4, 0, 0) };
  const right = { rows: 2, columns: 2, data: Float64Array.of(0, 1, 1, 0) };
  const { singularValues, method, exact, rows, columns } = productSpectrum(left, right, "F32");
  expect([...singularValues].map((s) => Math.round(s * 1e12) / 1e12)).toEqual([4, 3]);
  expect([method, exact, rows, columns]).toEqual(["product", true, 3, 2]);
});

describe("a factor of zeros", () => {
  test.each([0, 1])("gives zeros", (which) => {
    const zero = (rows: number, columns: number) => ({
      rows,
      columns,
      data: new Float64Array(rows * columns),
    });
    const left = which === 0 ? zero(5, 2) : gaussian(5, 2, 1, "left");
    const right = which === 1 ? zero(2, 4) : gaussian(2, 4, 1, "right");
    const { singularValues, method } = productSpectrum(left, right, "F32");
    expect([[...singularValues], method]).toEqual([[0, 0, 0, 0], "zero"]);
  });
});

test.each(["F32", "BF16"] as const)(
  "what rounding %s factors adds lies under the rank tolerance",
  (format) => {
    // B has columns b_1, b_2, b_1 + b_2: a product of rank 2, but for rounding.
    const bits = format === "F32" ? 24 : 8;
    const rounded = (x: number) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) + 1 - bits);
      return Math.round(x / unit) * unit;
    };
    const left = gaussian(60, 3, 1, "left");
    const right = gaussian(3, 200, 1, "right");
    for (let i = 0; i < 60; i++) left.data[3 * i + 2] = left.data[3 * i]! + left.data[3 * i + 1]!;
    const round = (matrix: typeof left) => ({ ...matrix, data: matrix.data.map(rounded) });
    const exact = productSpectrum(left, right, format);
    const stored = productSpectrum(round(left), round(right), format);
    expect(exact.singularValues[2]).toBe(0);
    expect(stored.singularValues[2]).toBeGreaterThan(stored.resolution);
    expect(stored.singularValues[2]).toBeLessThan(rankTolerance(stored));
    expect(stored.singularValues[1]).toBeGreaterThan(rankTolerance(stored));
  },
);
