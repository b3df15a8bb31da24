import type { Metric } from "./metric.ts";

export const concentrationNullHigh: Metric = {
  id: "concentration.ratioNull.high",
  title: "Concentration of noise, 95 %",
  symbol: "null 95 %",
  unit: "1",
  formula: "95 % quantile of s_1 / s_r over simulated noise of the shape and rounding",
  meaning: "What to read the spectral concentration against.",
  source: "Dumitriu & Edelman 2002, J. Math. Phys. 43:5830",
  compute: ({ nullConcentration }) => nullConcentration?.high ?? null,
};
