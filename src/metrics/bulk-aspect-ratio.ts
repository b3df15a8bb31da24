import type { Metric } from "./metric.ts";

export const bulkAspectRatio: Metric = {
  id: "marchenkoPastur.aspectRatio",
  title: "Aspect ratio",
  symbol: "q",
  unit: "1",
  formula: "M / N, smaller over larger side",
  meaning: "Sets the shape of the Marchenko-Pastur law.",
  source: "Marchenko & Pastur 1967",
  compute: ({ fit }) => fit?.aspectRatio ?? null,
};
