import type { Config } from "vega-lite";
import { chartColor } from "./palette.ts";

/** Size of every chart in CSS pixels, axes included: two beside each other fill the page. */
export const chartSize = { width: 480, height: 230 } as const;

/** Look of every chart. Text is 12 px, which a phone shows at 9. */
export const chartConfig: Config = {
  background: "transparent",
  aria: false, // the figure's role=img and sentence speak for the chart; parts inside would be noise
  view: { stroke: "transparent" },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelColor: chartColor("chart-text"),
    titleColor: chartColor("chart-text"),
    gridColor: chartColor("chart-grid"),
    domainColor: chartColor("chart-axis"),
    tickColor: chartColor("chart-axis"),
    tickSize: 4,
    titlePadding: 8,
  },
  axisY: { domain: false, ticks: false, labelPadding: 6 },
  axisX: { grid: false },
};

/** Ticks of a logarithmic axis: decades, with 2 and 5 between them where there are few. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high / low);
  const steps = decades < 1.7 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
  const stride = Math.max(1, Math.ceil(decades / 8));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += steps.length > 1 ? 1 : stride) {
    for (const step of steps) ticks.push(Number(`${step}e${power}`));
  }
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

/** Where the title of a y axis stands above the chart, from left to right: a long one takes no height from it. */
export interface TitleAbove {
  readonly titleAngle: number;
  readonly titleAlign: "left";
  readonly titleAnchor: "start";
  readonly titleBaseline: "bottom";
  readonly titleX: number;
  readonly titleY: number;
}

/** The title of a y axis above the chart. */
export function titleAbove(title: string): AxisOptions & TitleAbove {
  return {
    title,
    titleAngle: 0,
    titleAlign: "left",
    titleAnchor: "start",
    titleBaseline: "bottom",
    titleX: 0,
    titleY: -9,
  };
}

/** Options of an axis that the charts use. */
export interface AxisOptions extends Partial<TitleAbove> {
  readonly title: string;
  readonly tickCount?: number;
  readonly values?: number[];
  readonly format?: string;
}

/** The x or y channel of a chart: a field on a scale whose domain is fixed by the data we know. */
export function quantitative(
  field: string,
  [low, high]: readonly [number, number],
  type: "linear" | "log" | "symlog",
  axis: AxisOptions,
) {
  const domain: [number, number] = [low, high];
  // d3 writes 1e+3, which reads like a sum.
  const plain = axis.format === "~e" ? { ...axis, labelExpr: "replace(datum.label, 'e+', 'e')" } : axis;
  return { field, type: "quantitative" as const, scale: { domain, type, nice: false }, axis: plain };
}
