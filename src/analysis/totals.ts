import type { Layer } from "../layers/layer.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";

/** What became of a layer, or would. */
type Outcome = Pick<LayerResult, "status" | "reason">;

/**
 * How much of a checkpoint was analysed. Entries count as they are stored, those of tied tensors once.
 *
 * @param layers - of the checkpoint.
 * @param results - what became of each, in the same order.
 */
export function totalsOf(layers: readonly Layer[], results: readonly Outcome[]): CheckpointResult["totals"] {
  const entries = (isCounted: (row: Outcome) => boolean) =>
    layers.reduce((sum, { entries }, i) => (isCounted(results[i]!) ? sum + entries : sum), 0);
  const layersAnalysed = results.filter(({ status }) => status === "analysed").length;
  return {
    tensors: new Set(layers.flatMap(({ tensor, tensors }) => tensors ?? [tensor])).size,
    parameters: entries(({ reason }) => reason !== "tied" && reason !== "duplicate"),
    parametersAnalysed: entries(({ status }) => status === "analysed"),
    layersAnalysed,
    layersSkipped: layers.length - layersAnalysed,
  };
}
