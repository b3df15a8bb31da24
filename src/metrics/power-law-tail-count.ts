import type { Metric } from "./metric.ts";

export const powerLawTailCount: Metric = {
  id: "powerLaw.tailCount",
  title: "Size of the tail",
  symbol: "k",
  unit: "count",
  restsOn: "tail",
  formula: "eigenvalues >= x_min",
  meaning: "How many eigenvalues the exponent rests on.",
  source: "Clauset, Shalizi & Newman 2009",
  compute: ({ powerLaw }) => powerLaw?.tailCount ?? null,
};
