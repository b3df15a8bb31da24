import type { Metric } from "./metric.ts";

export const bulkPValue: Metric = {
  id: "marchenkoPastur.pValue",
  title: "p-value of the fit",
  symbol: "p(MP)",
  unit: "probability",
  formula: "P(null M D >= M D), tabulated",
  meaning: "Small when noise of this shape would hardly lie so far from its own fit.",
  source: "simulated noise, scripts/tables/ks-null.ts",
  compute: ({ fit }) => fit?.pValue ?? null,
};
