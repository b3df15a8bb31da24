import type { Metric } from "./metric.ts";

export const spacingRatioStandardError: Metric = {
  id: "metrics.spacingRatioStandardError",
  title: "Standard error of the spacing ratio",
  symbol: "se(r̃)",
  unit: "1",
  formula: "deviation of a ratio, and what neighbours share, over the root of their number",
  meaning: "How far the spacing ratio may be off by chance.",
  source: "simulated noise",
  compute: ({ spacing }) => spacing?.standardError ?? null,
};
