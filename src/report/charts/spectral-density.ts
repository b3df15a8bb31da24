import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize, logTicks, quantitative, titleAbove } from "./chart-frame.ts";
import { chartColor } from "./palette.ts";
import { numberFormat } from "./value-axis.ts";

/** Decades below its peak that a density is drawn over: further down the kernel's tails are all there is. */
const decades = 5;

/**
 * The density of a spectrum whose bulk is a narrow peak, on a logarithmic y axis; triangles mark single eigenvalues.
 *
 * @param x - places, ascending.
 * @param density - at these.
 * @param eigenvalues - that are known one by one.
 * @param title - what x is, with its unit.
 * @returns a Vega-Lite specification; null where no density is positive.
 */
export function spectralDensity(
  x: readonly number[],
  density: readonly number[],
  eigenvalues: readonly number[],
  title: string,
): TopLevelSpec | null {
  const peak = Math.max(0, ...density);
  if (!(peak > 0) || x.length < 2) return null;
  const floor = peak * 10 ** -decades;
  const points = x.map((place, i) => ({
    x: round(place),
    y: round(Math.max(density[i] ?? 0, floor)),
    floor: round(floor),
  }));
  const domain = [x[0]!, x.at(-1)!] as const;
  const xChannel = quantitative("x", domain, "linear", {
    title,
    tickCount: 6,
    format: numberFormat(domain, "linear"),
  });
  const range = [floor, 1.5 * peak] as const;
  const y = quantitative("y", range, "log", {
    ...titleAbove("density (log)"),
    values: logTicks(...range),
    format: "~e",
  });
  const marked = eigenvalues.filter((value) => value >= domain[0] && value <= domain[1]);
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 12, top: 8, bottom: 2 },
    layer: [
      {
        data: { values: points },
        mark: {
          type: "area",
          color: chartColor("chart-bulk"),
          line: { color: chartColor("chart-bulk-line"), strokeWidth: 1.25 },
        },
        encoding: { x: xChannel, y, y2: { field: "floor" } },
      },
      {
        data: { values: marked.map((value) => ({ x: round(value), y: round(floor) })) },
        mark: {
          type: "point",
          shape: "triangle-down",
          filled: true,
          size: 70,
          yOffset: -6,
          color: chartColor("chart-spike"),
          opacity: 0.9,
        },
        encoding: { x: xChannel, y },
      },
    ],
  };
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
