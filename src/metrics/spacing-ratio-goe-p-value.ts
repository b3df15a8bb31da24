import type { Metric } from "./metric.ts";

export const spacingRatioGoePValue: Metric = {
  id: "metrics.spacingRatioGoePValue",
  title: "p-value of random-matrix spacings",
  symbol: "p(GOE)",
  unit: "probability",
  formula: "two-sided, of the mean against 0.5307",
  meaning: "Small when the bulk's spacings are not those of a real random matrix of any law.",
  source: "Atas et al. 2013, table I",
  compute: ({ spacing }) => spacing?.gaussianOrthogonal.pValue ?? null,
};
