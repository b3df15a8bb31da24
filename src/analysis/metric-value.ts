import type { LayerResult } from "./result.ts";

/**
 * The number that a metric id names in a layer.
 *
 * @param layer - a layer of a result.
 * @param id - path of the number, e.g. `concentration.ratio`.
 * @returns the number, or null when the layer has none.
 */
export function metricValue(layer: LayerResult, id: string): number | null {
  let value: unknown = layer;
  for (const key of id.split(".")) {
    if (typeof value !== "object" || value === null) return null;
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : null;
  }
  return typeof value === "number" ? value : null;
}
