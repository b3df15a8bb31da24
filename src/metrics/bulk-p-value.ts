import type { Metric } from "./metric.ts";

export const bulkPValue: Metric = {
  id: "marchenkoPastur.pValue",
  title: "p-value of the fit",
  symbol: "p(MP)",
  unit: "probability",
  formula: "(1 + #{ null D >= D }) / (draws + 1)",
  meaning: "Small when noise of this shape would hardly lie so far from its own fit.",
  source: "simulation of the layer's own shape",
  compute: ({ fit }) => fit?.pValue ?? null,
};
