import type { Metric } from "./metric.ts";

export const spikeCount: Metric = {
  id: "metrics.spikeCount",
  title: "Spikes",
  symbol: "spikes",
  unit: "count",
  restsOn: "fit",
  formula: "outliers above the bulk at p <= 0.01 each",
  meaning: "Directions that stand out of noise; null without a fit.",
  source: "Johnstone 2001; Kritchman & Nadler 2009",
  compute: ({ fit }) => fit?.spikes.length ?? null,
};
