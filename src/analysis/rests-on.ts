import type { Metric } from "../metrics/metric.ts";
import { rejectionLevel } from "./judge.ts";
import type { LayerResult } from "./result.ts";

/** When what a metric rests on does not hold in a layer. */
const fails: Readonly<Record<NonNullable<Metric["restsOn"]>, (layer: LayerResult) => boolean>> = {
  fit: ({ marchenkoPastur }) => (marchenkoPastur?.pValue ?? 1) <= rejectionLevel,
  tail: ({ powerLaw }) => !powerLaw?.reliable,
};

/**
 * Whether a number of a layer means what its metric says: the fit that it rests on, if it rests on one, holds.
 *
 * @param metric - declares what it rests on.
 */
export function holdsIn(layer: LayerResult, { restsOn }: Metric): boolean {
  return restsOn === undefined || !fails[restsOn](layer);
}
