import type { Metric } from "./metric.ts";

export const frobeniusNorm: Metric = {
  id: "metrics.frobeniusNorm",
  title: "Frobenius norm",
  symbol: "‖W‖F",
  unit: "weight",
  formula: "sqrt(sum_i s_i^2)",
  meaning: "Size of the layer as a whole.",
  source: "Golub & Van Loan 2013, section 2.3",
  compute({ spectrum }) {
    const largest = spectrum.singularValues[0]!;
    let sum = 0;
    for (const s of spectrum.singularValues) sum += (s / largest) ** 2;
    return largest * Math.sqrt(sum);
  },
};
