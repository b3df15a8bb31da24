import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize, logTicks, quantitative, titleAbove } from "./chart-frame.ts";
import { barLayer, type DensityPoint } from "./density-outline.ts";
import { type LayerSeries, seriesScales } from "./layer-series.ts";
import { numberFormat } from "./value-axis.ts";

/** A law over the bars: its name, as the legend has it, and its density. */
export interface LawCurve {
  readonly name: string;
  readonly points: readonly DensityPoint[];
}

export interface LawDensityData {
  readonly axis: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  /** Left edge and height of each bin; the last point closes the last bin. */
  readonly bars: readonly DensityPoint[];
  readonly curves: readonly LawCurve[];
}

/** Line styles of the laws, in their order: solid, dashed, dotted, mixed. */
export const lawDashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/**
 * A histogram with the densities of several laws over it, each with its own hue and dashes.
 *
 * @param data - on a logarithmic axis densities are of ln x, so that equal areas are equal numbers.
 * @param looks - of the laws, in order.
 * @param title - what x is, with its unit.
 */
export function lawDensity(
  { axis, domain, bars, curves }: LawDensityData,
  looks: readonly LayerSeries[],
  title: string,
): TopLevelSpec {
  const isLog = axis === "log";
  const top = heightOf(bars, curves);
  // Cut here and not by `clip`, whose ids Vega counts per process.
  const inside = (points: readonly DensityPoint[]) =>
    points.filter(({ x }) => x >= domain[0] && x <= domain[1]);
  const cutBars = inside(bars).map(({ x, y }) => ({ x: round(x), y: round(Math.min(y, top)) }));
  const x = quantitative("x", domain, axis, {
    title: isLog ? `${title} (log)` : title,
    format: numberFormat(domain, axis),
    ...(isLog ? { values: logTicks(...domain) } : { tickCount: 6 }),
  });
  const y = quantitative("y", [0, top], "linear", {
    ...titleAbove(isLog ? "density per ln λ" : "density"),
    tickCount: 4,
  });
  const names = looks.map((each) => each.name);
  const { color } = seriesScales(looks);
  const dash = {
    field: "series",
    type: "nominal" as const,
    legend: null,
    scale: { domain: names, range: names.map((_, i) => [...lawDashes[i % lawDashes.length]!]) },
  };
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 8, top: 8, bottom: 2 },
    layer: [
      barLayer(cutBars, x, y),
      {
        data: {
          values: curves.flatMap(({ name, points }) =>
            belowTop(inside(points), top).map((point) => ({ ...point, series: name })),
          ),
        },
        mark: { type: "line", strokeWidth: 2 },
        encoding: { x, y, color, strokeDash: dash, detail: { field: "part", type: "nominal" } },
      },
    ],
  };
}

/** The parts of a curve that are not above the top: it leaves the chart there, and comes back. */
function belowTop(points: readonly DensityPoint[], top: number): (DensityPoint & { part: number })[] {
  let part = 0;
  return points.flatMap((point, i) => {
    const before = points[i - 1];
    const crossing = before && before.y > top !== point.y > top ? [crossingAt(before, point, top)] : [];
    const rows = [...crossing, ...(point.y > top ? [] : [point])].map(({ x, y }) => ({
      x: round(x),
      y: round(y),
      part,
    }));
    if (point.y > top) part++;
    return rows;
  });
}

/** Where the line between two points meets a height. */
function crossingAt(a: DensityPoint, b: DensityPoint, height: number): DensityPoint {
  return { x: a.x + ((b.x - a.x) * (height - a.y)) / (b.y - a.y), y: height };
}

/** Top of the y axis: one peak, of zeros or of a law that fits badly, must not flatten the rest. */
function heightOf(bars: readonly DensityPoint[], curves: readonly LawCurve[]): number {
  const heights = bars.map((bar) => bar.y).sort((a, b) => a - b);
  const highest = heights.at(-1) ?? 0;
  const second = heights.at(-2) ?? highest;
  const peak = Math.max(0, ...curves.flatMap(({ points }) => points.map((point) => point.y)));
  const usual = highest > 3 * second && second > 0 ? second : highest;
  const height = usual > 0 ? Math.max(usual, Math.min(peak, 2 * usual)) : peak;
  return height > 0 ? 1.1 * height : 1;
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
