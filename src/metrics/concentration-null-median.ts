import type { Metric } from "./metric.ts";

export const concentrationNullMedian: Metric = {
  id: "concentration.ratioNull.median",
  title: "Concentration of noise, 50 %",
  symbol: "null 50 %",
  unit: "1",
  formula: "50 % quantile of s_1 / s_r over simulated noise of the shape and rounding",
  meaning: "What to read the spectral concentration against.",
  source: "Dumitriu & Edelman 2002, J. Math. Phys. 43:5830",
  compute: ({ nullConcentration }) => nullConcentration?.median ?? null,
};
