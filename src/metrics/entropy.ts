import type { Metric } from "./metric.ts";
import { entropyError, shareEntropy } from "./share-entropy.ts";

export const spectralEntropy: Metric = {
  id: "metrics.entropy",
  title: "Spectral entropy",
  symbol: "entropy",
  unit: "1",
  errorFrom: (_, { norm, count }) => entropyError(norm, count) / Math.log(count),
  formula: "-sum p_i log p_i / log M, p_i = s_i^2 / sum s^2",
  meaning: "1 when all directions carry alike, 0 when one carries all; null for a single singular value.",
  source: "Shannon entropy of the eigenvalue shares; Martin & Mahoney 2021",
  compute: ({ spectrum }) =>
    spectrum.smaller > 1 ? Math.min(1, shareEntropy(spectrum) / Math.log(spectrum.smaller)) : null,
};
