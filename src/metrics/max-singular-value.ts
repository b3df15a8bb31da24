import type { Metric } from "./metric.ts";

export const maxSingularValue: Metric = {
  id: "concentration.maxSingularValue",
  title: "Largest singular value",
  symbol: "s₁",
  unit: "weight",
  errorFrom: (value, { largest }) => value * largest,
  formula: "max_i s_i",
  meaning: "Largest factor by which the layer stretches an input.",
  source: "Golub & Van Loan 2013, section 2.4",
  compute: ({ spectrum }) => spectrum.singularValues[0] ?? null,
};
