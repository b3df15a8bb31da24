import type { LayerSeries } from "./layer-series.ts";
import type { ChartColor } from "./palette.ts";

/** Shapes in an order that keeps neighbours apart. */
const shapes = ["circle", "triangle-up", "square", "diamond", "cross", "triangle-down"];
const hues = 8;
const depths = 6;

/**
 * What series of any sort look like: a hue and a shape for each, none twice among the first 24.
 *
 * @param names - of the series, in the order of the legend.
 */
export function seriesLooks(names: readonly string[]): LayerSeries[] {
  return names.map((name, i) => ({
    name,
    color: `series-${i % hues}` as ChartColor,
    shape: shapes[i % shapes.length]!,
  }));
}

/**
 * What blocks look like: hues go from the input to the output, so that a chart of many still reads; neighbours
 * differ in shape.
 *
 * @param names - of the blocks, from input to output.
 */
export function depthLooks(names: readonly string[]): LayerSeries[] {
  const last = Math.max(1, names.length - 1);
  return names.map((name, i) => ({
    name,
    color: `depth-${Math.round((i * (depths - 1)) / last)}` as ChartColor,
    shape: shapes[i % shapes.length]!,
  }));
}
