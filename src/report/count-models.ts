import type { AnalysedModel } from "../analysis/models-of.ts";

/** `7 models, 1 of them a series`; without series `6 models`. */
export function countModels(models: readonly AnalysedModel[]): string {
  const series = models.filter(({ isSeries }) => isSeries).length;
  const count = `${models.length} ${models.length === 1 ? "model" : "models"}`;
  if (series === 0) return count;
  if (series === models.length) return `${series} series`;
  return `${count}, ${series} of them ${series === 1 ? "a series" : "series"}`;
}
