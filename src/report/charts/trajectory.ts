import type { TopLevelSpec } from "vega-lite";
import type { LayerResult, Trajectory } from "../../analysis/result.ts";
import { chartConfig, chartSize } from "./chart-frame.ts";
import { layerSeries, seriesName, seriesScales } from "./layer-series.ts";
import { metricAxis } from "./metric-axis.ts";
import { stepAxis } from "./step-axis.ts";

/** Points get a symbol up to this number; beyond it they would be a smear. */
const symbolsUpTo = 240;

/**
 * A metric against the training step, one line a layer, coloured (and marked) by role.
 *
 * @param trajectories - of a series; layers are looked up by their name.
 * @param layers - layers of any checkpoint of the series, for their roles.
 * @param metric - id of the metric and its title.
 * @returns a Vega-Lite specification; null when no layer has two values of the metric.
 */
export function trajectory(
  trajectories: readonly Trajectory[],
  layers: readonly LayerResult[],
  metric: { readonly id: string; readonly title: string },
): TopLevelSpec | null {
  const byName = new Map(layers.map((layer) => [layer.layer, layer]));
  const known = trajectories.flatMap((each) => byName.get(each.layer) ?? []);
  const points = trajectories.flatMap((each) => {
    const layer = byName.get(each.layer);
    if (layer === undefined) return [];
    return each.steps.flatMap((step, i) => {
      const value = each.values[metric.id]?.[i] ?? null;
      return value === null ? [] : [{ x: step, value, series: seriesName(layer), layer: each.layer }];
    });
  });
  const steps = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  if (steps.length < 2) return null;

  const x = stepAxis(steps);
  const y = metricAxis(
    points.map((point) => point.value),
    metric.title,
  );
  const { color, shape } = seriesScales(layerSeries(known));
  const detail = { field: "layer", type: "nominal" as const };
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 12, top: 8, bottom: 2 },
    layer: [
      {
        data: { values: points },
        mark: { type: "line", strokeWidth: 1.5, opacity: trajectories.length > 20 ? 0.4 : 0.8 },
        encoding: { x, y, color, detail },
      },
      {
        data: {
          values: points.length <= symbolsUpTo ? points : points.filter((point) => point.x === steps.at(-1)),
        },
        mark: { type: "point", filled: true, size: 32, opacity: 1 },
        encoding: { x, y, color, shape },
      },
    ],
  };
}
