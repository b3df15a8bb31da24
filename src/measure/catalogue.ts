import type { Measurement } from "./measurement.ts";

/** Every measurement by runs of its own; the meters, which share a run, are in `meters/catalogue.ts`. */
export const measurements = [] as const satisfies readonly Measurement[];
