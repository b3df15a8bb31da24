import type { Metric } from "./metric.ts";

export const powerLawAlpha: Metric = {
  id: "powerLaw.alpha",
  title: "Exponent of the tail",
  symbol: "α",
  unit: "1",
  restsOn: "tail",
  interval: "powerLaw.alphaInterval",
  formula: "p(x) ~ x^-alpha of the eigenvalues from x_min on, by maximum likelihood",
  meaning: "How slowly the largest eigenvalues thin out; read it only where the power law is reliable.",
  source: "Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703",
  compute: ({ powerLaw }) => powerLaw?.alpha ?? null,
};
