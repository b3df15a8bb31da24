import { metricCatalogue } from "../metrics/catalogue.ts";
import { metricValue } from "./metric-value.ts";
import { holdsIn } from "./rests-on.ts";
import type { CheckpointResult, LayerResult, Trajectory } from "./result.ts";

/** Mean and median of every metric over the analysed layers where it holds, nulls left out. */
export function summarizeMetrics(layers: readonly LayerResult[]): CheckpointResult["summary"] {
  const analysed = layers.filter((layer) => layer.status === "analysed");
  const summary: CheckpointResult["summary"] = {};
  for (const metric of metricCatalogue) {
    const { id } = metric;
    const values = analysed
      .filter((layer) => holdsIn(layer, metric))
      .map((layer) => metricValue(layer, id))
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const middle = values.length / 2;
    summary[id] = {
      mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value / values.length, 0),
      median:
        values.length === 0 ? null : values[Math.ceil(middle) - 1]! / 2 + values[Math.floor(middle)]! / 2,
      count: values.length,
    };
  }
  return summary;
}

/** Every metric of every layer over the checkpoints of a series; null where a layer is missing. */
export function trajectories(checkpoints: readonly CheckpointResult[]): Trajectory[] {
  const names = new Set(
    checkpoints.flatMap(({ layers }) =>
      layers.filter((layer) => layer.status === "analysed").map((layer) => layer.layer),
    ),
  );
  const steps = checkpoints.map(({ step, epoch }, index) => step ?? epoch ?? index);
  const byName = checkpoints.map(({ layers }) => new Map(layers.map((layer) => [layer.layer, layer])));
  return Array.from(names, (name) => ({
    layer: name,
    steps,
    values: Object.fromEntries(
      metricCatalogue.map(({ id }) => [
        id,
        byName.map((layers) => {
          const layer = layers.get(name);
          return layer ? metricValue(layer, id) : null;
        }),
      ]),
    ),
  }));
}

/**
 * Trajectories of each series that checkpoints say they are of, in their order, with its name; of those that say none,
 * as of one series.
 */
export function trajectoriesOfSeries(checkpoints: readonly CheckpointResult[]): Trajectory[] {
  const names = new Set(checkpoints.map(({ series }) => series).filter((series) => series !== undefined));
  if (names.size === 0) return trajectories(checkpoints);
  return Array.from(names, (series) =>
    trajectories(checkpoints.filter((each) => each.series === series)).map((each) => ({ series, ...each })),
  ).flat();
}
