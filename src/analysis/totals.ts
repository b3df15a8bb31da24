import { entryCount } from "../checkpoint/tensor.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";

/** How much of a checkpoint was analysed. Tied tensors count their entries once. */
export function totalsOf(layers: readonly LayerResult[]): CheckpointResult["totals"] {
  const analysed = layers.filter((layer) => layer.status === "analysed");
  const entries = (rows: readonly LayerResult[]) =>
    rows.reduce((sum, { shape }) => sum + entryCount(shape), 0);
  return {
    tensors: new Set(layers.map(({ tensor }) => tensor)).size,
    parameters: entries(layers.filter(({ reason }) => reason !== "tied" && reason !== "duplicate")),
    parametersAnalysed: entries(analysed),
    layersAnalysed: analysed.length,
    layersSkipped: layers.length - analysed.length,
  };
}
