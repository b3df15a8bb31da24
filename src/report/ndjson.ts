import type { AnalysisResult, CheckpointResult, LayerResult } from "../analysis/result.ts";

/**
 * One layer as a line of NDJSON, so that a layer can be written the moment it is done.
 *
 * @param checkpoint - where the layer is from; its id and step open the line.
 * @param layer - the layer.
 * @returns the line with its newline.
 */
export function layerLine(checkpoint: Pick<CheckpointResult, "id" | "step">, layer: LayerResult): string {
  return `${JSON.stringify({ checkpoint: checkpoint.id, step: checkpoint.step, ...layer })}\n`;
}

/** A result as NDJSON: one line a layer of every checkpoint, skipped ones too. */
export function renderNdjson(result: AnalysisResult): string {
  return result.checkpoints
    .flatMap((checkpoint) => checkpoint.layers.map((layer) => layerLine(checkpoint, layer)))
    .join("");
}
