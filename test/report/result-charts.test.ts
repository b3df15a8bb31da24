import { describe, expect, test } from "vitest";
import { piecewisePolynomial } from "../../src/autodiff/piecewise-polynomial.ts";
import { activationCurves } from "../../src/report/charts/activation-curves.ts";
import { blockProfile } from "../../src/report/charts/block-profile.ts";
import { lawDensity } from "../../src/report/charts/law-density.ts";
import { lineChart } from "../../src/report/charts/line-chart.ts";
import { renderChart } from "../../src/report/charts/render-chart.ts";
import { seedPoints } from "../../src/report/charts/seed-points.ts";
import { depthLooks, seriesLooks } from "../../src/report/charts/series-looks.ts";
import { spectralDensity } from "../../src/report/charts/spectral-density.ts";
import { jumpingSquaredRelu } from "../../src/sparsity/activations/jsrelu.ts";

/** Rows of all data of a specification, in the order of its layers. */
function rowsOf(spec: unknown): Record<string, unknown>[] {
  if (typeof spec !== "object" || spec === null) return [];
  const { data, layer } = spec as { data?: { values?: Record<string, unknown>[] }; layer?: unknown[] };
  return [...(data?.values ?? []), ...(layer ?? []).flatMap(rowsOf)];
}

const looks = seriesLooks(["a", "b"]);
const log = { title: "y", scale: "log" } as const;
const linear = { title: "x", scale: "linear" } as const;

describe("lines", () => {
  const points = [
    { x: 0, y: 0, low: -1, high: 1 },
    { x: 1, y: 1, low: -1, high: 2 },
    { x: 2, y: null },
    { x: 3, y: 100, low: 50, high: 150 },
    { x: 4, y: 10 },
  ];

  test("on a logarithmic axis tell what they leave out, and end a band at the axis", () => {
    const chart = lineChart([{ series: "a", points }], looks, { x: linear, y: log })!;
    expect(chart.notDrawn).toBe(1);
    const lows = rowsOf(chart.spec).flatMap(({ low }) => (typeof low === "number" ? [low] : []));
    expect(Math.min(...lows)).toBe(0.5); // half of the smallest value
  });

  test("break where a number is missing", () => {
    const chart = lineChart([{ series: "a", points }], looks, { x: linear, y: linear })!;
    const parts = new Map(rowsOf(chart.spec).map(({ x, line }) => [x, line]));
    expect(parts.get(0)).toBe(parts.get(1));
    expect(parts.get(3)).toBe(parts.get(4));
    expect(parts.get(1)).not.toBe(parts.get(3));
  });

  test("of fewer than two places are no chart", () => {
    expect(
      lineChart([{ series: "a", points: [{ x: 1, y: 2 }] }], looks, { x: linear, y: linear }),
    ).toBeNull();
    expect(lineChart([], looks, { x: linear, y: linear })).toBeNull();
    expect(
      lineChart(
        [
          {
            series: "a",
            points: [
              { x: 0, y: 1 },
              { x: 1, y: 0 },
            ],
          },
        ],
        looks,
        { x: linear, y: log },
      ),
    ).toBeNull();
  });
});

test("a jump of an activation function is a gap: pieces end on either side of it", () => {
  const polynomial = jumpingSquaredRelu();
  const frame = { x: [-2, 2], y: [-1, 5], shows: "derivative" } as const;
  const rows = rowsOf(activationCurves([{ name: "a", polynomial }], looks, frame));
  const atZero = rows.filter(({ x }) => x === 0);
  // sigma' = 0 to the left of 0 and x + 1 to the right of it
  expect(atZero.map(({ y }) => y)).toEqual([0, 1]);
  expect(new Set(atZero.map(({ piece }) => piece)).size).toBe(2);
  for (const { x, y, piece } of rows) expect(y).toBeCloseTo(piece === 0 ? 0 : (x as number) + 1, 4);
});

test("a constant piece is drawn from end to end", () => {
  const polynomial = piecewisePolynomial([], [], [[3]]);
  const frame = { x: [-2, 2], y: [-1, 5], shows: "function" } as const;
  const rows = rowsOf(activationCurves([{ name: "a", polynomial }], looks, frame));
  expect(rows.map(({ x, y }) => [x, y])).toEqual([
    [-2, 3],
    [2, 3],
  ]);
});

test("a law that rises above the chart leaves it at the top and comes back", () => {
  const points = [0.1, 1, 2, 3, 4].map((x) => ({ x, y: x === 2 ? 100 : 1 }));
  const bars = [0, 1, 2, 3].map((x) => ({ x, y: 1 })).concat({ x: 4, y: 0 });
  const data = { axis: "linear", domain: [0, 5], bars, curves: [{ name: "a", points }] } as const;
  const rows = rowsOf(lawDensity(data, looks, "x")).filter(({ series }) => series === "a");
  const heights = rows.map(({ y }) => y as number);
  const top = Math.max(...heights);
  expect(top).toBeCloseTo(2.2, 9); // twice the bars, and a tenth
  expect(heights.filter((height) => height === top)).toHaveLength(2);
  expect(new Set(rows.map(({ part }) => part)).size).toBe(2);
});

test("the error of a block's number on a logarithmic axis stays positive", () => {
  const values = [1e-3, 1];
  const points = values.map((value, depth) => ({ depth, series: "a", value, standardError: 5 }));
  const lows = rowsOf(blockProfile(points, looks, "y")).map(({ low }) => low as number);
  expect(Math.min(...lows)).toBe(5e-4);
  expect(blockProfile([], looks, "y")).toBeNull();
});

test("rows of seeds keep their place where they have no number, and equal labels stay apart", () => {
  const row = { label: "same", perSeed: [1, null], mean: 1, deviation: null };
  const spec = seedPoints([row, { ...row, perSeed: [null, null], mean: null }, row], "y")!;
  const names = new Set(rowsOf(spec).map((each) => each.row));
  expect(names.size).toBe(2);
  expect(JSON.stringify(spec)).toContain("1\\nsame");
  expect(seedPoints([{ ...row, perSeed: [null] }], "y")).toBeNull();
});

test("a density of zeros is no chart", () => {
  expect(spectralDensity([0, 1], [0, 0], [], "x")).toBeNull();
});

test("looks of 24 series and blocks differ from each other", () => {
  const names = Array.from({ length: 24 }, (_, i) => `block ${i}`);
  const series = seriesLooks(names).map(({ color, shape }) => `${color} ${shape}`);
  expect(new Set(series).size).toBe(24);
  const depth = depthLooks(names);
  for (const [i, look] of depth.slice(1).entries()) expect(look.shape).not.toBe(depth[i]!.shape);
});

test("a rendered chart shows no character that disguises a name", async () => {
  const spec = seedPoints(
    [{ label: "a\u202eb\u2028c\u0007<img>", perSeed: [1], mean: 1, deviation: null }],
    "y",
  )!;
  const svg = await renderChart(spec, "x");
  for (const each of ["\u202e", "\u2028", "\u0007", "<img"]) expect(svg).not.toContain(each);
});
