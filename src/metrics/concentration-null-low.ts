import type { Metric } from "./metric.ts";

export const concentrationNullLow: Metric = {
  id: "concentration.ratioNull.low",
  title: "Concentration of noise, 5 %",
  symbol: "null 5 %",
  unit: "1",
  formula: "5 % quantile of s_1 / s_r over simulated noise of the shape and rounding",
  meaning: "What to read the spectral concentration against.",
  source: "Dumitriu & Edelman 2002, J. Math. Phys. 43:5830",
  compute: ({ nullConcentration }) => nullConcentration?.low ?? null,
};
