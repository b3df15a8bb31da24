import type { Metric } from "./metric.ts";
import { entropyError, shareEntropy } from "./share-entropy.ts";

export const effectiveRank: Metric = {
  id: "metrics.effectiveRank",
  title: "Effective rank",
  symbol: "eff.rank",
  unit: "1",
  errorFrom: (value, { norm, count }) => value * entropyError(norm, count),
  formula: "exp( -sum p_i log p_i ), p_i = s_i^2 / sum s^2",
  meaning: "Number of equally strong directions with the same entropy; in [1, M].",
  source: "Roy & Vetterli 2007, EUSIPCO (on eigenvalue shares)",
  compute: ({ spectrum }) => Math.exp(shareEntropy(spectrum)),
};
