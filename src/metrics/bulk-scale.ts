import type { Metric } from "./metric.ts";

export const bulkScale: Metric = {
  id: "marchenkoPastur.scale",
  title: "Bulk scale",
  symbol: "s",
  unit: "weight",
  restsOn: "fit",
  standardError: "marchenkoPastur.scaleStandardError",
  formula: "trimmed mean eigenvalue over that of the law",
  meaning: "Standard deviation of one entry of the noise under the spectrum.",
  source: "Marchenko & Pastur 1967; Ke, Ma & Lin 2023",
  compute: ({ fit }) => fit?.scale ?? null,
};
