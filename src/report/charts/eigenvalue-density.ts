import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize, logTicks, quantitative } from "./chart-frame.ts";
import type { DensityData } from "./density-data.ts";
import { barLayer, type DensityPoint } from "./density-outline.ts";
import { chartColor } from "./palette.ts";

/**
 * Eigenvalue density of a layer: bars of the spectrum, the fitted law as a line, its edges as dashed
 * rules, outliers as triangles on the axis.
 *
 * @param data - from `densityData`.
 * @param options - `rejected` draws the law dashed, as a closest fit that does not hold.
 * @returns a Vega-Lite specification that holds its data and renders anywhere.
 */
export function eigenvalueDensity(data: DensityData, options: { readonly rejected: boolean }): TopLevelSpec {
  const log = data.axis === "log";
  // Cut here and not by `clip`, whose ids Vega counts per process.
  const cut = (points: readonly DensityPoint[]) =>
    points.map(({ x, y }) => ({ x: round(x), y: round(Math.min(y, data.top)) }));
  const x = quantitative("x", data.domain, log ? "log" : "linear", {
    title: log ? "eigenvalue of WᵀW/N (log)" : "eigenvalue of WᵀW/N",
    format: "~r",
    ...(log ? { values: logTicks(...data.domain) } : { tickCount: 6 }),
  });
  const y = quantitative("y", [0, data.top], "linear", {
    title: log ? "density per ln λ" : "density",
    tickCount: 4,
  });
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 8, top: 14, bottom: 2 },
    layer: [
      barLayer(cut(data.bars), x, y),
      {
        data: {
          values: data.edges.map((edge, i) => ({
            x: edge,
            label: i === 0 && data.edges.length > 1 ? "λ₋" : "λ₊",
          })),
        },
        layer: [
          { mark: { type: "rule", color: chartColor("chart-law"), strokeDash: [3, 3], strokeWidth: 1 } },
          {
            mark: { type: "text", color: chartColor("chart-law"), fontSize: 12, dy: -7, y: 0 },
            encoding: { text: { field: "label" } },
          },
        ],
        encoding: { x },
      },
      {
        data: { values: cut(data.curve) },
        mark: {
          type: "line",
          color: chartColor("chart-law"),
          strokeWidth: 2,
          ...(options.rejected ? { strokeDash: [6, 4] } : {}),
        },
        encoding: { x, y },
      },
      {
        data: { values: data.spikes.map((value) => ({ x: round(value), y: 0 })) },
        mark: {
          type: "point",
          shape: "triangle-down",
          filled: true,
          size: 70,
          yOffset: -6,
          color: chartColor("chart-spike"),
          opacity: 0.9,
        },
        encoding: { x, y },
      },
    ],
  };
}

/** Five digits place a point within a hundredth of a pixel. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
