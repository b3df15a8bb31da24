import type { Metric } from "./metric.ts";

export const powerLawKsDistance: Metric = {
  id: "powerLaw.ksDistance",
  title: "KS distance of the tail",
  symbol: "D(tail)",
  unit: "1",
  formula: "max |F_tail - F_powerlaw|",
  meaning: "How far the tail lies from the power law nearest to it.",
  source: "Clauset, Shalizi & Newman 2009",
  compute: ({ powerLaw }) => powerLaw?.ksDistance ?? null,
};
