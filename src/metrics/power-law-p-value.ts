import type { Metric } from "./metric.ts";

export const powerLawPValue: Metric = {
  id: "powerLaw.pValue",
  title: "p-value of the tail",
  symbol: "p(tail)",
  unit: "probability",
  formula: "share of bootstrap samples as far from their own fits, x_min chosen anew in each",
  meaning: "Small when a power law would hardly look so unlike one; null where a cheaper test had decided.",
  source: "Clauset, Shalizi & Newman 2009, section 4",
  compute: ({ powerLaw }) => powerLaw?.pValue ?? null,
};
