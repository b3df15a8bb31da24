import type { Metric } from "./metric.ts";

export const bulkScaleStandardError: Metric = {
  id: "marchenkoPastur.scaleStandardError",
  title: "Standard error of the bulk scale",
  symbol: "s.e.",
  unit: "weight",
  digits: 2,
  formula: "root mean square error of the fit on simulated noise",
  meaning: "How well the bulk scale is known, were the bulk noise.",
  source: "simulation of the layer's own shape",
  compute: ({ fit }) => fit?.scaleStandardError ?? null,
};
