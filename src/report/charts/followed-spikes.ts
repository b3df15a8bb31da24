import type { TopLevelSpec } from "vega-lite";
import type { FollowedSpike } from "../../analysis/result.ts";
import { chartConfig, chartSize, quantitative } from "./chart-frame.ts";
import { type LayerSeries, seriesScales } from "./layer-series.ts";
import { type ChartColor, chartColor } from "./palette.ts";
import { stepAxis } from "./step-axis.ts";

const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** Spikes that one chart tells apart. */
export const mostSpikesDrawn = shapes.length;

/** The look of each spike of a layer, the same in all its charts. */
export function spikeSeries(spikes: readonly FollowedSpike[]): LayerSeries[] {
  return spikes.slice(0, mostSpikesDrawn).map(({ spike }, i) => ({
    name: `spike ${spike}`,
    color: `series-${i}` as ChartColor,
    shape: shapes[i]!,
  }));
}

const frame = {
  ...chartSize,
  autosize: { type: "fit", contains: "padding" },
  config: chartConfig,
  padding: { left: 2, right: 12, top: 8, bottom: 2 },
} as const;

interface Point {
  readonly x: number;
  readonly value: number;
  readonly series: string;
}

/**
 * Singular values of a layer's spikes against the step, over the edge of the bulk (dashed).
 *
 * @param spikes - of one layer; those beyond the sixth are not drawn.
 * @param steps - of the series. @param edges - the edge at each, a singular value; null where there is no fit.
 * @returns a Vega-Lite specification; null of a series of one step.
 */
export function spikeSizes(
  spikes: readonly FollowedSpike[],
  steps: readonly number[],
  edges: readonly (number | null)[],
): TopLevelSpec | null {
  if (steps.length < 2) return null;
  const points = pointsOf(spikes, ({ singularValue }) => singularValue);
  const edge = steps.flatMap((x, i) => (edges[i] == null ? [] : [{ x, value: edges[i] }]));
  const values = [...points, ...edge].map(({ value }) => value);
  const x = stepAxis(steps);
  const span = [0.95 * Math.min(...values), 1.03 * Math.max(...values)] as const;
  const y = quantitative("value", span, "linear", { title: "singular value", tickCount: 5 });
  return {
    ...frame,
    layer: [
      {
        data: { values: edge },
        mark: { type: "line", color: chartColor("chart-law"), strokeDash: [3, 3], strokeWidth: 1.5 },
        encoding: { x, y },
      },
      ...drawn(spikes, points, { x, y }),
    ],
  };
}

/**
 * How alike a layer's spikes are to their first appearance: the smaller overlap of the two sides, against the step; dashed
 * what noise drawn anew would leave of it.
 *
 * @returns a Vega-Lite specification; null where no spike was seen twice.
 */
export function spikeOverlaps(
  spikes: readonly FollowedSpike[],
  steps: readonly number[],
): TopLevelSpec | null {
  const points = pointsOf(spikes, (point) => leastOverlap(point)?.overlap ?? null);
  if (points.length === 0) return null;
  const expected = pointsOf(spikes, (point) => leastOverlap(point)?.expected ?? null);
  const x = stepAxis(steps);
  const y = quantitative("value", [0, 1], "linear", {
    title: "overlap with first appearance",
    tickCount: 5,
  });
  const { color } = seriesScales(spikeSeries(spikes));
  return {
    ...frame,
    layer: [
      {
        data: { values: expected },
        mark: { type: "line", strokeDash: [3, 3], strokeWidth: 1, opacity: 0.7 },
        encoding: { x, y, color },
      },
      ...drawn(spikes, points, { x, y }),
    ],
  };
}

/** The smaller of the overlaps of both sides with the first appearance; null there. */
function leastOverlap({ first, previous }: FollowedSpike["points"][number]) {
  const since = first ?? previous;
  return since && (since.left.overlap < since.right.overlap ? since.left : since.right);
}

function pointsOf(
  spikes: readonly FollowedSpike[],
  value: (point: FollowedSpike["points"][number]) => number | null,
): Point[] {
  return spikes.slice(0, mostSpikesDrawn).flatMap(({ spike, points }) =>
    points.flatMap((point) => {
      const found = value(point);
      return found === null ? [] : [{ x: point.step, value: found, series: `spike ${spike}` }];
    }),
  );
}

function drawn(
  spikes: readonly FollowedSpike[],
  values: readonly Point[],
  place: { x: ReturnType<typeof stepAxis>; y: ReturnType<typeof quantitative> },
) {
  const { color, shape } = seriesScales(spikeSeries(spikes));
  const data = { values: [...values] };
  return [
    { data, mark: { type: "line" as const, strokeWidth: 1.5 }, encoding: { ...place, color } },
    {
      data,
      mark: { type: "point" as const, filled: true, size: 32, opacity: 1 },
      encoding: { ...place, color, shape },
    },
  ];
}
