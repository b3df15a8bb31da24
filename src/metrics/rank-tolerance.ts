import type { Metric } from "./metric.ts";

export const rankToleranceMetric: Metric = {
  id: "concentration.rankTolerance",
  title: "Rank tolerance",
  symbol: "tol.",
  unit: "weight",
  digits: 2,
  formula: "max(resolution, 3 s_u (sqrt N + sqrt M))",
  meaning: "Singular values below it are rounding, not signal.",
  source: "see rankTolerance in src/spectrum/rank.ts",
  compute: ({ rankTolerance }) => rankTolerance,
};
