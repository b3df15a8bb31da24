import type { Metric } from "./metric.ts";

export const bulkKsDistance: Metric = {
  id: "marchenkoPastur.ksDistance",
  title: "KS distance",
  symbol: "KS",
  unit: "1",
  digits: 2,
  formula: "sup | F_empirical - F_law | over the eigenvalues that are not spikes",
  meaning: "How far the bulk is from the fitted law.",
  source: "Kolmogorov 1933",
  compute: ({ fit }) => fit?.ksDistance ?? null,
};
