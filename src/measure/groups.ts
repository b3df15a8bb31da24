import { similarNames } from "../checkpoint/nearest-names.ts";
import { checked } from "../datasets/named-part.ts";
import { UsageError } from "../errors.ts";
import { measurements } from "./catalogue.ts";
import type { Measurement } from "./measurement.ts";
import { meters } from "./meters/catalogue.ts";
import type { Meter } from "./meters/meter.ts";
import type { Quantity } from "./quantity.ts";

const allMeters: readonly Meter[] = meters;
const allMeasurements: readonly Measurement[] = measurements;

/** What is measured where nobody asks for something else, and what only where one does: meters and measurements. */
export const groups: readonly { readonly id: string; readonly title: string; readonly byDefault: boolean }[] =
  [...allMeters.map(({ id, title }) => ({ id, title, byDefault: true })), ...allMeasurements];

/** Names of all meters. */
export const meterIds: readonly string[] = allMeters.map(({ id }) => id);

/** Every number that a measurement may hold, by its path in a layer or in the whole model. */
export const measurementQuantities: readonly Quantity[] = [
  ...allMeters.flatMap(({ quantities }) => quantities),
  ...allMeasurements.flatMap(({ quantities }) => quantities),
];

/** Which groups are wanted. */
export interface GroupChoice {
  /** These alone. */
  readonly only?: readonly string[] | undefined;
  /** These besides those that are measured by default. */
  readonly also?: readonly string[] | undefined;
  /** Not these. */
  readonly without?: readonly string[] | undefined;
  /** Settings of measurements, by id. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** The groups that were chosen. */
export interface Chosen {
  readonly meters: readonly Meter[];
  readonly measurements: readonly {
    readonly measurement: Measurement;
    readonly settings: Record<string, unknown>;
  }[];
}

/**
 * Chooses groups by their names.
 *
 * @throws {UsageError} If a name is none, none is left, or a setting is wrong.
 */
export function chooseGroups({ only, also = [], without = [], settings = {} }: GroupChoice): Chosen {
  const names = groups.map(({ id }) => id);
  for (const name of [...(only ?? []), ...also, ...without]) requireName(name, names, "");
  const configurable = allMeasurements.map(({ id }) => id);
  for (const name of Object.keys(settings)) requireName(name, configurable, "settings.");
  const usual = only ?? groups.flatMap(({ id, byDefault }) => (byDefault ? [id] : []));
  const wanted = new Set([...usual, ...also].filter((name) => !without.includes(name)));
  if (wanted.size === 0) throw new UsageError("nothing is left to measure: leave out fewer groups.");
  return {
    meters: allMeters.filter(({ id }) => wanted.has(id)),
    measurements: allMeasurements
      .filter(({ id }) => wanted.has(id))
      .map((measurement) => ({
        measurement,
        settings: checked(measurement.settings, settings[measurement.id] ?? {}, measurement.id, "a setting"),
      })),
  };
}

function requireName(name: string, names: readonly string[], prefix: string): void {
  if (names.includes(name)) return;
  const near = similarNames(name, names);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Expected one of ${names.join(", ")}.`;
  throw new UsageError(`there is nothing to measure called ${prefix}${name}. ${hint}`);
}
