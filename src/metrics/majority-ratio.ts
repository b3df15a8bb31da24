import type { Metric } from "./metric.ts";

/** Share of the non-zero eigenvalues that make a majority. */
const majority = 0.8;

export const majorityRatio: Metric = {
  id: "concentration.majorityRatio",
  title: "Majority ratio",
  symbol: "maj.",
  unit: "1",
  errorFrom: (value, { smallest }) => 4 * value * smallest,
  formula:
    "10^width of the shortest interval of log10 eigenvalues that holds ceil(0.8 r) of the r non-zero ones",
  meaning: "How far apart the bulk of the eigenvalues lies, whatever a few extreme ones do.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004; unbinned form of its 80 % majority ratio",
  compute({ spectrum, rank }) {
    if (rank === 0) return null;
    const held = Math.ceil(majority * rank);
    let shortest = Number.POSITIVE_INFINITY;
    for (let first = 0; first + held <= rank; first++) {
      const ratio = spectrum.singularValues[first]! / spectrum.singularValues[first + held - 1]!;
      shortest = Math.min(shortest, ratio);
    }
    return shortest ** 2;
  },
};
