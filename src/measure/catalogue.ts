import { hessianMeasurement } from "./hessian/hessian-measurement.ts";
import type { Measurement } from "./measurement.ts";

/** Every measurement by runs of its own; the meters, which share a run, are in `meters/catalogue.ts`. */
export const measurements = [hessianMeasurement] as const satisfies readonly Measurement[];
