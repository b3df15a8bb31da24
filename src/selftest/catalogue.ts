import { noiseVerdicts } from "./noise-verdicts.ts";
import { scaleBias } from "./scale-bias.ts";
import { spikeDetection } from "./spike-detection.ts";
import type { Study } from "./study.ts";
import { tailCalibration } from "./tail-calibration.ts";
import { unequalNoise } from "./unequal-noise.ts";

/** Every study of the package's own error rates, in the order in which they run. */
export const studies: readonly Study[] = [
  spikeDetection,
  scaleBias,
  noiseVerdicts,
  unequalNoise,
  tailCalibration,
];
