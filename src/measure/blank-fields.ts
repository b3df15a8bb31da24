import { measurements } from "./catalogue.ts";
import type { Chosen } from "./groups.ts";
import type { Measured, Measurement } from "./measurement.ts";
import { meters } from "./meters/catalogue.ts";
import type { Meter } from "./meters/meter.ts";

/** Fields of a result while it is made, and why those that are null are so. */
export interface Fields {
  readonly fields: Record<string, unknown>;
  readonly reasons: Record<string, string>;
}

/** The reason of what was left out. */
export const NOT_ASKED = "it was not asked for";

/** The fields of a layer with null for all that is measured, and a reason for what isn't to be. */
export function blankLayer(chosen: Chosen): Fields {
  const blank: Fields = { fields: {}, reasons: {} };
  for (const meter of meters as readonly Meter[]) {
    const isChosen = chosen.meters.includes(meter);
    for (const name of Object.keys(meter.shape)) {
      blank.fields[name] = null;
      if (!isChosen && (meter.nested || name in meter.numbers)) blank.reasons[name] = NOT_ASKED;
    }
  }
  return withMeasurements(blank, "layer", chosen);
}

/** The same of the whole model's pieces. */
export function blankModel(chosen: Chosen): Fields {
  return withMeasurements({ fields: {}, reasons: {} }, "model", chosen);
}

/** Puts what a measurement found into its field. */
export function putPiece(
  { fields, reasons }: Fields,
  id: string,
  { piece, reasons: why = {} }: Measured<unknown>,
): void {
  fields[id] = piece;
  for (const [path, reason] of Object.entries(why)) reasons[path === "" ? id : `${id}.${path}`] = reason;
}

function withMeasurements(blank: Fields, of: "layer" | "model", chosen: Chosen): Fields {
  for (const measurement of measurements as readonly Measurement[]) {
    if (!measurement[of]) continue;
    blank.fields[measurement.id] = null;
    const isChosen = chosen.measurements.some((each) => each.measurement === measurement);
    if (!isChosen) blank.reasons[measurement.id] = NOT_ASKED;
  }
  return blank;
}
