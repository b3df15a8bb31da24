import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize, quantitative } from "./chart-frame.ts";
import { type LayerSeries, seriesScales } from "./layer-series.ts";
import { wantsLog } from "./metric-axis.ts";
import { valueAxis } from "./value-axis.ts";

/** A number of one block. */
export interface BlockPoint {
  /** Place of the block from input to output. */
  readonly depth: number;
  readonly series: string;
  readonly value: number;
  readonly standardError: number | null;
}

/** How far apart the series of one block are drawn, so that they don't hide each other. */
const spread = 0.3;

/**
 * A number over depth: a point a block and series, joined by lines, with one standard error either way.
 *
 * @param points - at least one.
 * @param looks - of the series.
 * @param title - of the number, with its unit.
 * @returns a Vega-Lite specification; null where there is no point.
 */
export function blockProfile(
  points: readonly BlockPoint[],
  looks: readonly LayerSeries[],
  title: string,
): TopLevelSpec | null {
  if (points.length === 0) return null;
  const isLog = wantsLog(points.map((point) => point.value));
  const places = new Map(looks.map((each, i) => [each.name, (i + 0.5) / looks.length - 0.5]));
  const smallest = Math.min(...points.map((point) => point.value));
  const rows = points.map(({ depth, series, value, standardError }) => {
    const error = standardError ?? 0;
    const low = isLog ? Math.max(value - error, smallest / 2) : value - error;
    return { x: depth + spread * places.get(series)!, y: value, low, high: value + error, series };
  });
  const y = valueAxis(
    rows.flatMap((row) => [row.low, row.high]),
    title,
    isLog,
  );
  const depths = points.map((point) => point.depth);
  const first = Math.min(...depths);
  const last = Math.max(...depths);
  const stride = Math.max(1, Math.ceil((last - first + 1) / 12));
  const x = quantitative("x", [first - 0.5, last + 0.5], "linear", {
    title: "block, from input to output",
    values: Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride),
    format: "d",
  });
  const { color, shape } = seriesScales(looks);
  return {
    ...chartSize,
    height: 200,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 8, top: 8, bottom: 2 },
    data: { values: rows },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.25, opacity: 0.55 },
        encoding: { x, y, color },
      },
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 48, opacity: 1 },
        encoding: { x, y, color, shape },
      },
    ],
  };
}
