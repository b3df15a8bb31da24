import type { Metric } from "./metric.ts";

export const spikeCountBelow: Metric = {
  id: "metrics.spikeCountBelow",
  title: "Spikes below",
  symbol: "below",
  unit: "count",
  restsOn: "fit",
  formula: "outliers below the bulk at p <= 0.01 each",
  meaning: "Directions weaker than noise would have; null where no law of the lower edge is at hand.",
  source: "Ma 2012; Edelman 1988",
  compute: ({ fit }) => fit?.spikesBelow?.length ?? null,
};
