import { hessianMeasurement } from "./hessian/hessian-measurement.ts";
import { macsMeasurement } from "./macs-measurement.ts";
import type { Measurement } from "./measurement.ts";
import { fgsmMeasurement } from "./robustness/fgsm-measurement.ts";
import { robustnessMeasurement } from "./robustness/robustness-measurement.ts";

/** Every measurement by runs of its own; the meters, which share a run, are in `meters/catalogue.ts`. */
export const measurements = [
  hessianMeasurement,
  robustnessMeasurement,
  fgsmMeasurement,
  macsMeasurement,
] as const satisfies readonly Measurement[];
