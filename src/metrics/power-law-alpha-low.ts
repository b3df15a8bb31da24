import type { Metric } from "./metric.ts";

export const powerLawAlphaLow: Metric = {
  id: "powerLaw.alphaInterval.0",
  title: "Lower end of the exponent's interval",
  symbol: "α low",
  unit: "1",
  restsOn: "tail",
  formula: "5 % quantile of alpha by the bootstrap",
  meaning: "With 90 % confidence the exponent is not smaller.",
  source: "Clauset, Shalizi & Newman 2009, with x_min chosen anew",
  compute: ({ powerLaw }) => powerLaw?.alphaInterval?.[0] ?? null,
};
