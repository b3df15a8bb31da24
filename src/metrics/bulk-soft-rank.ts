import type { Metric } from "./metric.ts";

export const bulkSoftRank: Metric = {
  id: "marchenkoPastur.softRank",
  title: "Soft rank",
  symbol: "soft",
  unit: "1",
  restsOn: "fit",
  digits: 2,
  errorFrom: (value, { largest, scale }) => (scale === null ? null : 2 * value * (scale + largest)),
  formula: "lambda_+ / largest eigenvalue",
  meaning: "Near 1 for noise, small when one direction dominates.",
  source: "Martin & Mahoney 2021, JMLR 22(165)",
  compute: ({ fit }) => fit?.softRank ?? null,
};
