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

/** A result as NDJSON, line by line: one for a layer of every checkpoint, skipped ones too. */
export function* ndjsonLines(result: AnalysisResult): Generator<string> {
  for (const checkpoint of result.checkpoints) {
    for (const layer of checkpoint.layers) yield layerLine(checkpoint, layer);
  }
}

/** A result as NDJSON. */
export function renderNdjson(result: AnalysisResult): string {
  return [...ndjsonLines(result)].join("");
}
