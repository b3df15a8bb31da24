import { pText } from "../analysis/judge.ts";
import { metricValue } from "../analysis/metric-value.ts";
import { holdsIn } from "../analysis/rests-on.ts";
import type { AnalysisResult, LayerResult } from "../analysis/result.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import type { Metric } from "../metrics/metric.ts";
import { type Gateable, numberPaths, type Reading } from "./gateable.ts";

/** Reasons that only entries tell: such a layer would have been analysed. */
const foundInEntries: readonly (string | null)[] = ["non-finite", "zero"];

/** Metrics of the catalogue, and what else layers have numbers for. */
export const analysisGate: Gateable<AnalysisResult> = {
  type: "analysis",
  metrics({ checkpoints }) {
    const ids = new Set(metricCatalogue.map(({ id }) => id));
    for (const { layers } of checkpoints) for (const layer of layers) numberPaths(layer, "", ids);
    return [...ids];
  },
  subjects({ checkpoints }) {
    return checkpoints.flatMap(({ id, step, series, path, layers }) =>
      layers
        .filter(({ status, reason }) => status === "analysed" || foundInEntries.includes(reason))
        .map((layer) => ({
          checkpoint: id,
          step,
          series,
          path,
          layer: layer.layer,
          part: null,
          likeness: `shape [${layer.shape.join(", ")}]`,
          missing: layer.status === "analysed" ? null : `skipped: ${layer.detail ?? layer.reason}`,
          read: (metric: string) => readingOf(layer, metric),
        })),
    );
  },
};

/** A metric of a layer, with why it doesn't count where what it rests on does not hold. */
export function readingOf(layer: LayerResult, id: string): Reading {
  const value = metricValue(layer, id);
  const metric = metricCatalogue.find((each) => each.id === id);
  const restsOn = metric?.restsOn ?? (id.startsWith("powerLaw.") && !metric ? "tail" : undefined);
  if (restsOn && !holdsIn(layer, { restsOn } as Metric)) return { value, doubt: doubts[restsOn](layer) };
  return { value, doubt: value === null ? "null" : null };
}

const doubts: Readonly<Record<NonNullable<Metric["restsOn"]>, (layer: LayerResult) => string>> = {
  fit: ({ marchenkoPastur }) =>
    `the Marchenko-Pastur fit is rejected (${pText(marchenkoPastur?.pValue ?? 0)})`,
  tail: ({ powerLaw }) => `no reliable power law${powerLaw?.reason ? `: ${powerLaw.reason}` : ""}`,
};
