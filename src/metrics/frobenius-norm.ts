import type { Metric } from "./metric.ts";
import { relativeEnergy } from "./relative-energy.ts";

export const frobeniusNorm: Metric = {
  id: "metrics.frobeniusNorm",
  title: "Frobenius norm",
  symbol: "‖W‖F",
  unit: "weight",
  ofEstimates: true,
  errorFrom: (value, { norm }) => value * norm,
  formula: "sqrt(sum_i s_i^2)",
  meaning: "Size of the layer as a whole.",
  source: "Golub & Van Loan 2013, section 2.3",
  compute: ({ spectrum }) => spectrum.singularValues[0]! * Math.sqrt(relativeEnergy(spectrum)),
};
