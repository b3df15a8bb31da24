import type { Metric } from "./metric.ts";

export const conditionNumber: Metric = {
  id: "metrics.conditionNumber",
  title: "Condition number",
  symbol: "κ",
  unit: "1",
  errorFrom: (value, { largest, smallest }) => value * (largest + smallest),
  formula: "s_1 / s_M",
  meaning: "How much the layer can amplify relative errors; null when the smallest singular value is zero.",
  source: "Golub & Van Loan 2013, section 2.6",
  compute: ({ spectrum, rank }) =>
    rank === spectrum.smaller ? spectrum.singularValues[0]! / spectrum.singularValues[rank - 1]! : null,
};
