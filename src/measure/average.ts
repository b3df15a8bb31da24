import { z } from "zod";
import { measurementQuantities } from "./groups.ts";
import type { Quantity } from "./quantity.ts";
import {
  type MeasuredCheckpoint,
  type MeasuredLayer,
  type MeasurementTrajectory,
  measuredCheckpointSchema,
  measuredLayerSchema,
} from "./result.ts";

/**
 * A number by its path in a layer of the result, or in another object of it.
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

/** The numbers that a layer may hold. */
export const layerQuantities: readonly Quantity[] = quantitiesIn(measuredLayerSchema);

/** The numbers that the whole model's piece may hold, by their paths in it. */
export const modelQuantities: readonly Quantity[] = quantitiesIn(measuredCheckpointSchema.shape.wholeModel);

/** What a part is told of besides, by its field. */
export const wholeNumbers = ["loss", "crossEntropy", "accuracy"] as const;

/** Mean and standard deviation over layers of every number that a layer may hold. */
export function averageOf(layers: readonly MeasuredLayer[]): MeasuredCheckpoint["average"] {
  return Object.fromEntries(
    layerQuantities.map(({ id }) => {
      const values = layers.map((layer) => measuredValue(layer, id)).filter((value) => value !== null);
      const count = values.length;
      const mean = count === 0 ? null : values.reduce((sum, value) => sum + value / count, 0);
      const spread = values.reduce((sum, value) => sum + (value - mean!) ** 2, 0);
      return [id, { mean, deviation: count < 2 ? null : Math.sqrt(spread / (count - 1)), count }];
    }),
  );
}

/** Every number of the whole and of every layer, by parts, over the checkpoints of a series; null where one is missing. */
export function measurementTrajectories(checkpoints: readonly MeasuredCheckpoint[]): MeasurementTrajectory[] {
  const parts = Array.from(new Set(checkpoints.map(({ part }) => part)));
  return parts.flatMap((part) => {
    const own = checkpoints.filter((each) => each.part === part);
    const steps = own.map(({ step, epoch }, place) => step ?? epoch ?? place);
    const follow = (
      layer: string | null,
      ids: readonly string[],
      rows: readonly (object | undefined)[],
    ): MeasurementTrajectory => {
      const valuesOf = (id: string) => rows.map((row) => (row ? measuredValue(row, id) : null));
      return { layer, part, steps, values: Object.fromEntries(ids.map((id) => [id, valuesOf(id)])) };
    };
    const whole = own.map((each) => ({ ...each, ...each.wholeModel }));
    const names = new Set(own.flatMap(({ layers }) => layers.map(({ layer }) => layer)));
    const layerIds = layerQuantities.map(({ id }) => id);
    return [
      follow(null, [...wholeNumbers, ...modelQuantities.map(({ id }) => id)], whole),
      ...Array.from(names, (name) =>
        follow(
          name,
          layerIds,
          own.map(({ layers }) => layers.find(({ layer }) => layer === name)),
        ),
      ),
    ];
  });
}

/** The numbers that a schema has a place for. */
function quantitiesIn(schema: z.ZodType): Quantity[] {
  return measurementQuantities.filter(({ id }) => {
    let at: z.ZodType | undefined = schema;
    for (const name of id.split(".")) {
      if (at instanceof z.ZodNullable) at = at.unwrap() as z.ZodType;
      at = at instanceof z.ZodObject ? (at.shape as Record<string, z.ZodType>)[name] : undefined;
    }
    return at !== undefined;
  });
}
