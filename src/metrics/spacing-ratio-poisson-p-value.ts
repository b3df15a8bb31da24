import type { Metric } from "./metric.ts";

export const spacingRatioPoissonPValue: Metric = {
  id: "metrics.spacingRatioPoissonPValue",
  title: "p-value of independent spacings",
  symbol: "p(Poisson)",
  unit: "probability",
  formula: "two-sided, of the mean against 2 ln 2 - 1",
  meaning: "Small when neighbouring singular values are not independent of each other.",
  source: "Oganesyan & Huse 2007",
  compute: ({ spacing }) => spacing?.poisson.pValue ?? null,
};
