import type { TopLevelSpec } from "vega-lite";
import type { LayerOnset } from "../../analysis/result.ts";
import { chartConfig, chartSize, quantitative } from "./chart-frame.ts";
import { chartColor } from "./palette.ts";
import { stepAxis } from "./step-axis.ts";

/** Numbers in [0, 1] over the steps at which they are known. */
export interface ShareSeries {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/**
 * How many neurons of a block are active, and how far its key matrix is from the Marchenko-Pastur law, against the
 * step; bands mark the intervals in which the one falls below its start and the other leaves noise.
 *
 * @param activated - activated ratio. @param distance - Kolmogorov-Smirnov distance. @param sparse - onset of sparsity.
 * @param structured - onset of structure.
 * @returns a Vega-Lite specification; null where neither has two values.
 */
export function sparsityAndNoise(
  activated: ShareSeries,
  distance: ShareSeries,
  sparse: LayerOnset | undefined,
  structured: LayerOnset | undefined,
): TopLevelSpec | null {
  const looks = [
    { ...activated, onset: sparse, color: chartColor("series-5"), shape: "triangle-down" },
    { ...distance, onset: structured, color: chartColor("chart-spike"), shape: "circle" },
  ];
  const series = looks.map(({ steps, values, ...look }) => ({
    ...look,
    points: steps.flatMap((x, i) => (values[i] == null ? [] : [{ x, value: values[i] }])),
  }));
  const all = series.flatMap(({ points }) => points);
  const steps = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  if (steps.length < 2) return null;
  const x = stepAxis(steps);
  const top = Math.min(1, 1.1 * Math.max(...all.map(({ value }) => value)));
  const y = quantitative("value", [0, top], "linear", { title: "share; distance", tickCount: 5 });
  return {
    ...chartSize,
    autosize: { type: "fit", contains: "padding" },
    config: chartConfig,
    padding: { left: 2, right: 12, top: 8, bottom: 2 },
    layer: series.flatMap(({ points, onset, color, shape }) => [
      ...(onset?.by == null
        ? []
        : [
            {
              data: { values: [{ x: onset.after ?? steps[0]!, end: onset.by }] },
              mark: { type: "rect" as const, color, opacity: 0.15 },
              encoding: { x, x2: { field: "end" } },
            },
          ]),
      {
        data: { values: points },
        mark: { type: "line" as const, color, strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values: points.length <= 40 ? points : [] },
        mark: { type: "point" as const, color, shape, filled: true, size: 32, opacity: 1 },
        encoding: { x, y },
      },
    ]),
  };
}
