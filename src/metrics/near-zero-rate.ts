import type { Metric } from "./metric.ts";

export const nearZeroRate: Metric = {
  id: "concentration.nearZeroRate",
  title: "Near-zero rate",
  symbol: "zero",
  unit: "1",
  digits: 2,
  formula: "1 - rank / N",
  meaning:
    "Share of the N directions of the larger side that the layer does not use; 1 - M/N of it is structural.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004",
  compute: ({ spectrum, rank }) => 1 - rank / spectrum.larger,
};
