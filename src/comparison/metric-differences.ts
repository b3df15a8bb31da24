import { metricValue } from "../analysis/metric-value.ts";
import { holdsIn } from "../analysis/rests-on.ts";
import type { LayerResult } from "../analysis/result.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import type { Metric } from "../metrics/metric.ts";
import { relativeErrors } from "./relative-errors.ts";
import type { MetricDifference } from "./result.ts";

/** Standard deviations between the ends of a 90 % interval. */
const ninetyPercent = 2 * 1.6448536269514722;

/** Ids of metrics that are errors or ranges of others, which stand beside these. */
const errorsOfOthers = new Set(
  metricCatalogue.flatMap(({ standardError, interval, nullRange = [] }) => [
    standardError,
    `${interval}.0`,
    `${interval}.1`,
    ...nullRange,
    ...nullRange.map((id) => id.replace(/\.low$|\.high$/, ".median")),
  ]),
);

/** What follows from shape and dtype alone. */
const ofShape = new Set(["marchenkoPastur.aspectRatio", "concentration.rankTolerance"]);

/** The metrics that are compared: p-values have no difference, and errors stand beside their numbers. */
export const comparedMetrics: readonly Metric[] = metricCatalogue.filter(
  ({ id, unit }) => unit !== "probability" && !errorsOfOthers.has(id) && !ofShape.has(id),
);

type Known = { readonly error: number | null; readonly kind: MetricDifference["errorKind"] };

/** The error that a layer's result holds for one of its numbers. */
function errorOf(layer: LayerResult, metric: Metric): Known {
  const { id, standardError, interval, nullRange, errorFrom } = metric;
  if (standardError) return { error: metricValue(layer, standardError), kind: "standard-error" };
  const spread = (low: number | null, high: number | null) =>
    low === null || high === null ? null : (high - low) / ninetyPercent;
  if (interval) {
    const [low, high] = ["0", "1"].map((end) => metricValue(layer, `${interval}.${end}`));
    return { error: spread(low!, high!), kind: "interval" };
  }
  if (nullRange) {
    const [low, high] = nullRange.map((end) => metricValue(layer, end));
    return { error: spread(low!, high!), kind: "noise-range" };
  }
  const value = metricValue(layer, id);
  const relative = errorFrom && value !== null ? relativeErrors(layer) : null;
  return relative ? { error: errorFrom!(value!, relative), kind: "bound" } : { error: null, kind: null };
}

/** How a difference stands to its error, both in the metric's unit. */
export function stateOf(difference: number, error: number): "none" | "unsure" | "moved" {
  const size = Math.abs(difference);
  return size <= error ? "none" : size <= 2 * error ? "unsure" : "moved";
}

/**
 * Every compared metric of a layer in B less that in A, with its uncertainty.
 *
 *     error = sqrt(e_A^2 + e_B^2) of standard errors and spreads,  e_A + e_B of bounds
 *
 * @returns by metric id; those that neither layer has are left out.
 */
export function metricDifferences(a: LayerResult, b: LayerResult): Record<string, MetricDifference> {
  return Object.fromEntries(
    comparedMetrics.flatMap((metric): [string, MetricDifference][] => {
      const [before, after] = [metricValue(a, metric.id), metricValue(b, metric.id)];
      if (before === null && after === null) return [];
      return [[metric.id, differenceOf(metric, a, b, before, after)]];
    }),
  );
}

function differenceOf(
  metric: Metric,
  a: LayerResult,
  b: LayerResult,
  before: number | null,
  after: number | null,
): MetricDifference {
  const [errorA, errorB] = [errorOf(a, metric), errorOf(b, metric)];
  const isKnown = errorA.error !== null && errorB.error !== null;
  const error = !isKnown
    ? null
    : errorA.kind === "bound"
      ? errorA.error! + errorB.error!
      : Math.hypot(errorA.error!, errorB.error!);
  const difference = before === null || after === null ? null : after - before;
  const isReliable = holdsIn(a, metric) && holdsIn(b, metric);
  return {
    a: before,
    b: after,
    difference,
    error,
    errorKind: isKnown ? errorA.kind : null,
    state: !isReliable
      ? "unreliable"
      : difference === 0
        ? "none"
        : difference === null || error === null
          ? "unknown"
          : stateOf(difference, error),
  };
}
