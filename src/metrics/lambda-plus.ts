import type { Metric } from "./metric.ts";

export const bulkLambdaPlus: Metric = {
  id: "marchenkoPastur.lambdaPlus",
  title: "Upper bulk edge",
  symbol: "λ₊",
  unit: "weight^2",
  restsOn: "fit",
  errorFrom: (value, { scale }) => (scale === null ? null : 2 * value * scale),
  formula: "s^2 (1 + sqrt q)^2",
  meaning: "Noise has no eigenvalue well above it.",
  source: "Marchenko & Pastur 1967",
  compute: ({ fit }) => fit?.lambdaPlus ?? null,
};
