import type { AnalysisResult, CheckpointResult } from "./result.ts";

/** One of the models that a result is about. */
export interface AnalysedModel {
  /** The series' name, or the checkpoint's id; null of a series that is the whole result. */
  readonly name: string | null;
  /** Whether its checkpoints are points of one training. */
  readonly isSeries: boolean;
  /** What the result says of it: its checkpoints, and of a series its trajectories. */
  readonly result: AnalysisResult;
}

/**
 * The models of a result: each series, and each checkpoint that is in none.
 *
 * @returns in the order of their first checkpoints.
 */
export function modelsOf(result: AnalysisResult): AnalysedModel[] {
  const { checkpoints, trajectories } = result;
  if (checkpoints.every(({ series }) => series === undefined)) {
    // A result that names no series is one, or has none.
    if (trajectories !== undefined && checkpoints.length > 1) return [{ name: null, isSeries: true, result }];
    return checkpoints.map((checkpoint) => alone(result, checkpoint));
  }
  const seen = new Set<string>();
  return checkpoints.flatMap((checkpoint) => {
    const { series } = checkpoint;
    if (series === undefined) return [alone(result, checkpoint)];
    if (seen.has(series)) return [];
    seen.add(series);
    return [{ name: series, isSeries: true, result: partOf(result, series) }];
  });
}

function alone(result: AnalysisResult, checkpoint: CheckpointResult): AnalysedModel {
  const { trajectories, followedSpikes, onsets, measured, ...rest } = result;
  return { name: checkpoint.id, isSeries: false, result: { ...rest, checkpoints: [checkpoint] } };
}

function partOf(result: AnalysisResult, series: string): AnalysisResult {
  const isOwn = (each: { readonly series?: string | undefined }) => each.series === series;
  const { checkpoints, trajectories, followedSpikes, onsets, measured } = result;
  return {
    ...result,
    checkpoints: checkpoints.filter(isOwn),
    ...(trajectories && { trajectories: trajectories.filter(isOwn) }),
    ...(followedSpikes && { followedSpikes: followedSpikes.filter(isOwn) }),
    ...(onsets && { onsets: onsets.filter(isOwn) }),
    ...(measured && { measured: measured.filter(isOwn) }),
  };
}
