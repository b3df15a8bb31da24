import type { Metric } from "./metric.ts";
import { relativeEnergy } from "./relative-energy.ts";

export const stableRank: Metric = {
  id: "metrics.stableRank",
  title: "Stable rank",
  symbol: "st.rank",
  unit: "1",
  ofEstimates: true,
  errorFrom: (value, { largest, norm }) => 2 * value * (norm + largest),
  formula: "|W|_F^2 / |W|_2^2",
  meaning: "Number of directions that carry the layer, robust to small ones; in [1, M].",
  source: "Rudelson & Vershynin 2007, J. ACM 54(4):21",
  compute: ({ spectrum }) => relativeEnergy(spectrum),
};
