import { adjustSpikes } from "./adjust-spikes.ts";
import { findingsOf } from "./findings.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";
import { summarizeMetrics } from "./summarize.ts";

/** What a result says of a checkpoint before any of its layers. */
export type DescribedCheckpoint = Pick<
  CheckpointResult,
  "id" | "step" | "epoch" | "series" | "path" | "format" | "leftOut"
>;

/**
 * All that rests on every layer of a checkpoint together: p-values corrected for their number, the summary, findings.
 *
 * @param rows - as the first pass, layer by layer, has made them, or a second pass before this one.
 */
export function secondPass(
  { id, step, epoch, series, path, format, leftOut }: DescribedCheckpoint,
  totals: CheckpointResult["totals"],
  rows: readonly LayerResult[],
): CheckpointResult {
  const layers = adjustSpikes(rows);
  return {
    id,
    step,
    epoch,
    ...(series !== undefined && { series }),
    path,
    format,
    leftOut,
    totals,
    summary: summarizeMetrics(layers),
    layers,
    findings: findingsOf(layers),
  };
}
