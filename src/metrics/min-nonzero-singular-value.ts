import type { Metric } from "./metric.ts";

export const minNonzeroSingularValue: Metric = {
  id: "concentration.minNonzeroSingularValue",
  title: "Smallest non-zero singular value",
  symbol: "sᵣ",
  unit: "weight",
  errorFrom: (value, { smallest }) => value * smallest,
  formula: "min { s_i : s_i > rankTolerance }",
  meaning: "Smallest factor by which the layer stretches a direction that it does not annihilate.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004",
  compute: ({ spectrum, rank }) => (rank > 0 ? spectrum.singularValues[rank - 1]! : null),
};
