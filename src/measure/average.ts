import { measurementQuantities } from "./groups.ts";
import type { MeasuredCheckpoint, MeasuredLayer, MeasurementTrajectory } from "./result.ts";

/**
 * A number by its path in a layer of the result.
 *
 * @returns null where there is none, or what is there is no number.
 */
export function measuredValue(layer: object, id: string): number | null {
  let found: unknown = layer;
  for (const name of id.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return null;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return typeof found === "number" ? found : null;
}

/** Mean and standard deviation over layers of every number that a layer may hold. */
export function averageOf(layers: readonly MeasuredLayer[]): MeasuredCheckpoint["average"] {
  return Object.fromEntries(
    measurementQuantities.map(({ id }) => {
      const values = layers.map((layer) => measuredValue(layer, id)).filter((value) => value !== null);
      const count = values.length;
      const mean = count === 0 ? null : values.reduce((sum, value) => sum + value / count, 0);
      const spread = values.reduce((sum, value) => sum + (value - mean!) ** 2, 0);
      return [id, { mean, deviation: count < 2 ? null : Math.sqrt(spread / (count - 1)), count }];
    }),
  );
}

/** Every number of every layer and part over the checkpoints of a series; null where one is missing. */
export function measurementTrajectories(checkpoints: readonly MeasuredCheckpoint[]): MeasurementTrajectory[] {
  const parts = Array.from(new Set(checkpoints.map(({ part }) => part)));
  return parts.flatMap((part) => {
    const own = checkpoints.filter((each) => each.part === part);
    const steps = own.map(({ step, epoch }, place) => step ?? epoch ?? place);
    const names = new Set(own.flatMap(({ layers }) => layers.map(({ layer }) => layer)));
    return Array.from(names, (name) => {
      const rows = own.map(({ layers }) => layers.find(({ layer }) => layer === name));
      const valuesOf = (id: string) => rows.map((row) => (row ? measuredValue(row, id) : null));
      const values = Object.fromEntries(measurementQuantities.map(({ id }) => [id, valuesOf(id)]));
      return { layer: name, part, steps, values };
    });
  });
}
