import { analysisGate } from "./analysis-gate.ts";
import { comparisonGate } from "./comparison-gate.ts";
import type { Gateable } from "./gateable.ts";
import { measurementGate } from "./measurement-gate.ts";
import { noiseGate } from "./noise-gate.ts";

/** Every kind of result that gates can look at. */
export const gateables: readonly Gateable[] = [analysisGate, comparisonGate, measurementGate, noiseGate];
