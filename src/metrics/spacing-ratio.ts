import type { Metric } from "./metric.ts";

export const meanSpacingRatio: Metric = {
  id: "metrics.spacingRatio",
  title: "Spacing ratio",
  symbol: "r̃",
  unit: "1",
  standardError: "metrics.spacingRatioStandardError",
  formula: "mean of min(d_i, d_i+1) / max(d_i, d_i+1), d_i the spacings of the bulk",
  meaning:
    "0.5307 where neighbouring singular values repel each other as those of random matrices do, 0.3863 where they are independent.",
  source: "Oganesyan & Huse 2007; Atas et al. 2013",
  compute: ({ spacing }) => spacing?.mean ?? null,
};
