import type { Metric } from "./metric.ts";

const binCount = 100;
const majority = 0.8;

export const majorityRatioBinned: Metric = {
  id: "concentration.majorityRatioBinned",
  title: "Majority ratio, binned",
  symbol: "maj. (bins)",
  unit: "1",
  formula: "as majorityRatio, in 100 equal bins of log10 eigenvalue: the shortest run of bins with >= 80 %",
  meaning:
    "The majority ratio as the paper's published notebook computes it, for comparison with its figures.",
  source: "Peng, Qi, Shi & Gao 2023, arXiv 2309.03004, published code",
  compute({ spectrum, rank }) {
    if (rank === 0) return null;
    const logs = Array.from(spectrum.singularValues.subarray(0, rank), (s) => 2 * Math.log10(s));
    const low = logs[rank - 1]!;
    const width = (logs[0]! - low) / binCount;
    if (width === 0) return 1;
    const counts = new Array<number>(binCount).fill(0);
    for (const log of logs) counts[Math.min(binCount - 1, Math.floor((log - low) / width))]! += 1;
    let shortest = binCount;
    let held = 0;
    let last = 0;
    for (let first = 0; first < binCount; first++) {
      while (last < binCount && held < majority * rank) held += counts[last++]!;
      if (held < majority * rank) break;
      shortest = Math.min(shortest, last - first);
      held -= counts[first]!;
    }
    return 10 ** (shortest * width);
  },
};
