import type { Metric } from "./metric.ts";

export const spectralNorm: Metric = {
  id: "metrics.spectralNorm",
  title: "Spectral norm",
  symbol: "‖W‖₂",
  unit: "weight",
  ofEstimates: true,
  errorFrom: (value, { largest }) => value * largest,
  formula: "s_1",
  meaning: "Lipschitz constant of the layer.",
  source: "Golub & Van Loan 2013, section 2.3",
  compute: ({ spectrum }) => spectrum.singularValues[0]!,
};
