import type { TopLevelSpec } from "vega-lite";
import { wrapText } from "../wrap-text.ts";
import { chartConfig, chartSize, quantitative } from "./chart-frame.ts";
import { chartColor } from "./palette.ts";
import { numberFormat } from "./value-axis.ts";

/** A row of the chart: a variant, or what else a number is measured of. */
export interface SeedRow {
  readonly label: string;
  readonly perSeed: readonly (number | null)[];
  readonly mean: number | null;
  /** Over seeds; null for fewer than two. */
  readonly deviation: number | null;
}

/** Characters of a label's line. */
const labelWidth = 30;
const lineHeight = 14;

/**
 * The number of every seed as a small circle, the mean as a diamond with one standard deviation either way.
 *
 * @param rows - from top to bottom; those without a number keep their place.
 * @param title - of the number, with its unit.
 * @returns a Vega-Lite specification; null where no row has a number.
 */
export function seedPoints(rows: readonly SeedRow[], title: string): TopLevelSpec | null {
  const labels = rows.map((row) => wrapText(row.label, labelWidth, 0));
  const lines = Math.max(1, ...labels.map((label) => label.length));
  // Rows are told apart by their place: two may have the same label.
  const names = labels.map((label, i) => `${i}\n${label.join("\n")}`);
  const seeds = rows.flatMap((row, i) =>
    row.perSeed.flatMap((x) => (x === null ? [] : [{ x, row: names[i]! }])),
  );
  if (seeds.length === 0) return null;
  const means = rows.flatMap(({ mean, deviation }, i) =>
    mean === null
      ? []
      : [{ x: mean, low: mean - (deviation ?? 0), high: mean + (deviation ?? 0), row: names[i]! }],
  );
  const all = [...seeds.map((each) => each.x), ...means.flatMap(({ low, high }) => [low, high])];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  const domain = [low - room, high + room] as const;
  const x = quantitative("x", domain, "linear", {
    title: "",
    tickCount: 5,
    format: numberFormat(domain, "linear"),
  });
  const y = {
    field: "row",
    type: "nominal" as const,
    sort: null,
    scale: { domain: names },
    axis: {
      title: null,
      labelExpr: "slice(split(datum.label, '\\n'), 1)",
      labelLineHeight: lineHeight,
      labelLimit: 0,
      grid: true,
    },
  };
  return {
    width: chartSize.width,
    height: 46 + rows.length * (10 + lineHeight * lines),
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    title: {
      text: title,
      frame: "bounds",
      anchor: "start",
      fontSize: 12,
      fontWeight: "normal",
      color: chartColor("chart-text"),
    },
    padding: { left: 2, right: 12, top: 4, bottom: 2 },
    layer: [
      {
        data: { values: means },
        mark: { type: "rule", color: chartColor("chart-bulk-line"), strokeWidth: 2 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y },
      },
      {
        data: { values: seeds },
        mark: { type: "point", filled: false, size: 40, strokeWidth: 1.5, color: chartColor("chart-law") },
        encoding: { x, y },
      },
      {
        data: { values: means },
        mark: { type: "point", shape: "diamond", filled: true, size: 70, color: chartColor("chart-spike") },
        encoding: { x, y },
      },
    ],
  };
}
