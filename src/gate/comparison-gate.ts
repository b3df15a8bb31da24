import { metricValue } from "../analysis/metric-value.ts";
import { comparedMetrics } from "../comparison/metric-differences.ts";
import type { ComparedLayer, ComparisonResult } from "../comparison/result.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import type { Gateable, Reading } from "./gateable.ts";

const movements = ["relativeChange", "spectralDistance"] as const;

/**
 * How far layers moved, metrics of the change under `change.`, and the metrics of B; `delta(...)` is B less A, with no
 * baseline beside.
 */
export const comparisonGate: Gateable<ComparisonResult> = {
  type: "comparison",
  metrics: () => [
    ...movements,
    ...comparedMetrics.map(({ id }) => id),
    ...metricCatalogue.map(({ id }) => `change.${id}`),
  ],
  subjects: ({ b, layers }) =>
    layers.map((layer) => ({
      checkpoint: b.id,
      step: b.step,
      path: b.path,
      layer: layer.layer,
      part: null,
      likeness: `shape [${layer.shape.join(", ")}]`,
      missing: null,
      read: (id: string) => readingOf(layer, id),
      readDelta: (id: string) => reading(layer, id, "difference"),
    })),
};

function readingOf(layer: ComparedLayer, id: string): Reading {
  const movement = movements.find((each) => each === id);
  if (movement) return known(layer[movement], "weights or spectra were not at hand");
  if (id.startsWith("change.")) {
    const value = metricValue(layer as never, id);
    return known(value, layer.change ? "null" : "there is no change to analyse");
  }
  return reading(layer, id, "b");
}

/** A number of a metric's difference, which doesn't count where the metric rests on a fit that does not hold. */
function reading({ differences }: ComparedLayer, id: string, field: "b" | "difference"): Reading {
  const found = Object.hasOwn(differences, id) ? differences[id]! : null;
  const value = found?.[field] ?? null;
  if (found?.state === "unreliable") return { value, doubt: "it rests on a fit that does not hold" };
  return known(value, "null");
}

function known(value: number | null, doubt: string): Reading {
  return { value, doubt: value === null ? doubt : null };
}
