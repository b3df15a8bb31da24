import type { Metric } from "./metric.ts";

export const numericalRank: Metric = {
  id: "concentration.rank",
  title: "Rank",
  symbol: "rank",
  unit: "count",
  formula: "#{ i : s_i > rankTolerance }",
  meaning: "Directions that the layer uses, given how precisely its entries are stored.",
  source: "Golub & Van Loan 2013, section 5.4.1",
  compute: ({ rank }) => rank,
};
