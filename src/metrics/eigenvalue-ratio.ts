import type { Metric } from "./metric.ts";

export const eigenvalueRatio: Metric = {
  id: "concentration.eigenvalueRatio",
  title: "Eigenvalue ratio",
  symbol: "λ₁/λᵣ",
  unit: "1",
  errorFrom: (value, { largest, smallest }) => 2 * value * (largest + smallest),
  formula: "square of the spectral concentration",
  meaning: "The same between eigenvalues of W'W.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004",
  compute: ({ spectrum, rank }) =>
    rank > 0 ? (spectrum.singularValues[0]! / spectrum.singularValues[rank - 1]!) ** 2 : null,
};
