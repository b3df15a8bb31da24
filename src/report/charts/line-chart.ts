import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize, logTicks, quantitative } from "./chart-frame.ts";
import { type LayerSeries, seriesScales } from "./layer-series.ts";
import { wantsLog } from "./metric-axis.ts";
import { chartColor } from "./palette.ts";
import { stepAxis } from "./step-axis.ts";
import { numberFormat, valueAxis } from "./value-axis.ts";

/** A point of a line; low and high are the ends of what its error spans. */
export interface LinePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface ChartLine {
  /** The name of its look, as the legend has it. */
  readonly series: string;
  /** Thin and without symbols: one seed beside the mean over all. */
  readonly isFaint?: boolean;
  readonly points: readonly LinePoint[];
}

/** An axis: by the data (linear, or logarithmic where they span much), or as it is asked for. */
export interface LineAxis {
  readonly title: string;
  readonly scale: "linear" | "log" | "auto" | "steps";
}

/** A horizontal line that values are held against, with its name. */
export interface ReferenceLine {
  readonly y: number;
  readonly label: string;
}

export interface LineChart {
  readonly spec: TopLevelSpec;
  /** Values that a logarithmic axis has no place for: 0 and less. */
  readonly notDrawn: number;
}

/** Symbols on a line up to this number; beyond it they would be a smear. */
const symbolsALine = 12;

/**
 * Lines over x with a band of error behind each; a null breaks a line.
 *
 * @param lines - in the order they are drawn.
 * @param looks - of their series.
 * @param axes - of x and y, and the values that are marked by a line across.
 * @returns a Vega-Lite specification and what it leaves out; null when there are fewer than two places on x.
 */
export function lineChart(
  lines: readonly ChartLine[],
  looks: readonly LayerSeries[],
  axes: { readonly x: LineAxis; readonly y: LineAxis; readonly references?: readonly ReferenceLine[] },
): LineChart | null {
  const references = axes.references ?? [];
  const present = lines.flatMap((line) => line.points.filter(hasValue));
  const logY =
    axes.y.scale === "log" || (axes.y.scale === "auto" && wantsLog(present.map((point) => point.y)));
  const logX = axes.x.scale === "log";
  const isDrawn = (point: LinePoint & { y: number }) => (!logY || point.y > 0) && (!logX || point.x > 0);
  const drawn = present.filter(isDrawn);
  const places = [...new Set(drawn.map((point) => point.x))].sort((a, b) => a - b);
  if (places.length < 2) return null;

  const smallest = Math.min(...drawn.map((point) => point.y));
  // A band that reaches 0 ends at the axis, not at minus infinity.
  const floor = (value: number) => (logY ? Math.max(value, smallest / 2) : value);
  const rows = lines.flatMap((line, number) => rowsOf(line, number, isDrawn, floor));
  const extremes = rows.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const shown = [...extremes, ...references.map((reference) => reference.y).filter((y) => !logY || y > 0)];
  const x = logX
    ? logAxis(places, axes.x.title)
    : axes.x.scale === "steps"
      ? stepAxis(places)
      : linearAxis(places, axes.x.title);
  const y = valueAxis(shown, axes.y.title, logY);
  const { color, shape } = seriesScales(looks);
  const line = { field: "line", type: "nominal" as const, legend: null };
  const bands = rows.filter((row) => row.low !== null);
  return {
    notDrawn: present.length - drawn.length,
    spec: {
      ...chartSize,
      autosize: { type: "fit", contains: "padding" },
      config: chartConfig,
      padding: { left: 2, right: 14, top: 8, bottom: 2 },
      layer: [
        ...references.map((reference) => referenceLayer(reference, y)),
        {
          data: { values: bands },
          mark: { type: "area", opacity: 0.16 },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color, detail: line },
        },
        {
          data: { values: rows.filter((row) => row.faint) },
          mark: { type: "line", strokeWidth: 1, opacity: 0.45 },
          encoding: { x, y, color, detail: line },
        },
        {
          data: { values: rows.filter((row) => !row.faint) },
          mark: { type: "line", strokeWidth: 1.75, opacity: 0.9 },
          encoding: { x, y, color, detail: line },
        },
        {
          data: { values: rows.filter((row) => row.marked) },
          mark: { type: "point", filled: true, size: 36, opacity: 1 },
          encoding: { x, y, color, shape },
        },
      ],
    },
  };
}

function hasValue(point: LinePoint): point is LinePoint & { readonly y: number } {
  return point.y !== null;
}

interface Row {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly series: string;
  /** One for each unbroken part of a line. */
  readonly line: string;
  readonly faint: boolean;
  readonly marked: boolean;
}

function rowsOf(
  { series, isFaint = false, points }: ChartLine,
  number: number,
  isDrawn: (point: LinePoint & { y: number }) => boolean,
  floor: (value: number) => number,
): Row[] {
  const stride = Math.max(1, Math.ceil(points.length / symbolsALine));
  let part = 0;
  return points.flatMap((point, i) => {
    if (!hasValue(point) || !isDrawn(point)) {
      part++;
      return [];
    }
    const { x, y, low = null, high = null } = point;
    const hasBand = low !== null && high !== null;
    const isLast = i === points.length - 1;
    return [
      {
        x: round(x),
        y: round(y),
        low: hasBand ? round(floor(low)) : null,
        high: hasBand ? round(floor(high)) : null,
        series,
        line: `${number}.${part}`,
        faint: isFaint,
        marked: !isFaint && (isLast || (points.length - 1 - i) % stride === 0),
      },
    ];
  });
}

function logAxis(places: readonly number[], title: string) {
  const domain = [places[0]!, places.at(-1)!] as const;
  return quantitative("x", domain, "log", {
    title: `${title} (log)`,
    values: logTicks(...domain),
    format: numberFormat(domain, "log"),
  });
}

function linearAxis(places: readonly number[], title: string) {
  const domain = [places[0]!, places.at(-1)!] as const;
  return quantitative("x", domain, "linear", { title, tickCount: 6, format: numberFormat(domain, "linear") });
}

function referenceLayer(reference: ReferenceLine, y: object) {
  return {
    data: { values: [{ y: reference.y, label: reference.label }] },
    layer: [
      { mark: { type: "rule" as const, color: chartColor("chart-axis"), strokeDash: [5, 4] } },
      {
        mark: {
          type: "text" as const,
          align: "right" as const,
          baseline: "bottom" as const,
          dy: -3,
          color: chartColor("chart-text"),
        },
        encoding: { x: { value: "width" as const }, text: { field: "label" } },
      },
    ],
    encoding: { y },
  };
}

/** Five digits place a point within a hundredth of a pixel. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
