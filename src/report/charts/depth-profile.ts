import type { TopLevelSpec } from "vega-lite";
import type { LayerResult } from "../../analysis/result.ts";
import type { Column } from "../columns.ts";
import { isRejected } from "../fit-quality.ts";
import { chartConfig, chartSize, quantitative } from "./chart-frame.ts";
import { layerSeries, seriesName, seriesScales } from "./layer-series.ts";
import { metricAxis } from "./metric-axis.ts";
import { chartColor } from "./palette.ts";

/** Where a layer stands between input and output. */
export interface PlacedLayer {
  readonly layer: LayerResult;
  readonly place: number;
}

/** How far apart the roles of one block are drawn, so that they don't hide each other. */
const jitter = 0.62;

/**
 * The analysed layers by their depth, or by their order in the file when depths are not known.
 *
 * @param layers - the layers of a checkpoint.
 * @returns the placed layers and what the place is; layers without a depth are left out of the
 *   first sort of profile (an embedding has no block).
 */
export function placeLayers(layers: readonly LayerResult[]): {
  placed: PlacedLayer[];
  axis: "block" | "order";
} {
  const analysed = layers.filter((layer) => layer.status === "analysed");
  const deep = analysed.filter((layer) => layer.depth !== null);
  if (new Set(deep.map((layer) => layer.depth)).size > 1) {
    return { placed: deep.map((layer) => ({ layer, place: layer.depth! })), axis: "block" };
  }
  return { placed: analysed.map((layer, index) => ({ layer, place: index + 1 })), axis: "order" };
}

/**
 * A metric against depth: a point a layer, coloured and shaped by role, roles joined by lines;
 * metrics of the fit are hollow where it is rejected; for the concentration ratio a pale bar behind each point spans what noise of its shape gives.
 *
 * @param placed - the layers, from `placeLayers`.
 * @param axis - what the places are.
 * @param column - the metric.
 * @returns a Vega-Lite specification; null when fewer than two layers have the metric.
 */
export function depthProfile(
  placed: readonly PlacedLayer[],
  axis: "block" | "order",
  column: Column,
): TopLevelSpec | null {
  const series = layerSeries(placed.map((each) => each.layer));
  const offsets = new Map(series.map((each, i) => [each.name, ((i + 0.5) / series.length - 0.5) * jitter]));
  const points = placed.flatMap(({ layer, place }) => {
    const value = column.value(layer);
    if (value === null) return [];
    const name = seriesName(layer);
    const range = column.id === "concentration.ratio" ? (layer.concentration?.ratioNull ?? null) : null;
    const x = place + (axis === "block" ? offsets.get(name)! : 0);
    return [
      {
        x,
        value,
        series: name,
        low: range?.low ?? null,
        high: range?.high ?? null,
        hollow: column.fromFit && isRejected(layer),
      },
    ];
  });
  if (points.length < 2) return null;

  const ranges = points.filter((point) => point.low !== null && point.high !== null);
  const extremes = points.flatMap((point) => [
    point.value,
    point.low ?? point.value,
    point.high ?? point.value,
  ]);
  const y = metricAxis(extremes, column.title.replace(" [noise]", ""));
  const [low, high] = placeDomain(placed);
  const x = quantitative("x", [low, high], "linear", {
    title: axis === "block" ? "block, from input to output" : "place in the file",
    values: placeTicks(low + 0.5, high - 0.5),
    format: "d",
  });
  const { color, shape } = seriesScales(series);
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 8, top: 8, bottom: 2 },
    layer: [
      {
        data: { values: ranges },
        mark: { type: "rule", color: chartColor("chart-null"), strokeWidth: 7 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      ...(axis === "block"
        ? [
            {
              data: { values: points },
              mark: { type: "line" as const, strokeWidth: 1.25, opacity: 0.55 },
              encoding: { x, y, color },
            },
          ]
        : []),
      {
        data: { values: points.filter((point) => !point.hollow) },
        mark: { type: "point", filled: true, size: 48, opacity: 1 },
        encoding: { x, y, color, shape },
      },
      {
        data: { values: points.filter((point) => point.hollow) },
        mark: { type: "point", filled: false, size: 44, strokeWidth: 1.5, opacity: 1 },
        encoding: { x, y, color, shape },
      },
    ],
  };
}

/** The ends of the axis: half a place before the first layer and behind the last. */
export function placeDomain(placed: readonly PlacedLayer[]): readonly [low: number, high: number] {
  const places = placed.map((each) => each.place);
  return [Math.min(...places) - 0.5, Math.max(...places) + 0.5];
}

/** Whole places, at most ten. */
function placeTicks(first: number, last: number): number[] {
  const stride = Math.max(1, Math.ceil((last - first + 1) / 10));
  const ticks: number[] = [];
  for (let place = first; place <= last; place += stride) ticks.push(place);
  return ticks;
}
