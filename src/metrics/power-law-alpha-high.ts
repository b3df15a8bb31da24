import type { Metric } from "./metric.ts";

export const powerLawAlphaHigh: Metric = {
  id: "powerLaw.alphaInterval.1",
  title: "Upper end of the exponent's interval",
  symbol: "α high",
  unit: "1",
  restsOn: "tail",
  formula: "95 % quantile of alpha by the bootstrap",
  meaning: "With 90 % confidence the exponent is not larger.",
  source: "Clauset, Shalizi & Newman 2009, with x_min chosen anew",
  compute: ({ powerLaw }) => powerLaw?.alphaInterval?.[1] ?? null,
};
