import type { Metric } from "./metric.ts";

export const spectralConcentration: Metric = {
  id: "concentration.ratio",
  title: "Spectral concentration",
  symbol: "s₁/sᵣ",
  unit: "1",
  nullRange: ["concentration.ratioNull.low", "concentration.ratioNull.high"],
  errorFrom: (value, { largest, smallest }) => value * (largest + smallest),
  formula: "largest / smallest non-zero singular value",
  meaning: "How unevenly the layer treats directions; compare it with what noise of its shape gives.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004",
  compute: ({ spectrum, rank }) =>
    rank > 0 ? spectrum.singularValues[0]! / spectrum.singularValues[rank - 1]! : null,
};
