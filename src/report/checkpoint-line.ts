import type { CheckpointResult } from "../analysis/result.ts";
import { countVerdicts, verdictTexts } from "./describe-verdict.ts";
import { plainLine } from "./plain-text.ts";
import { layoutOf, type TerminalOptions, worstMark } from "./terminal-lines.ts";

/** Layers that are named where their verdict changed. */
const namedAtMost = 2;

/**
 * A checkpoint in one line: its name, how many matrices have which verdict, outliers, and what is another than before.
 *
 * @param before - the one before it in its series; null for the first.
 * @returns the line, without a newline; longer than the terminal where it must be.
 */
export function checkpointLine(
  checkpoint: CheckpointResult,
  before: CheckpointResult | null,
  options: TerminalOptions,
): string {
  const { id, layers, findings } = checkpoint;
  const counts = countVerdicts(layers).map(
    ([verdict, count]) => `${verdictTexts[verdict].mark} ${count} ${verdictTexts[verdict].title}`,
  );
  const spikes = spikesOf(checkpoint);
  const change = before ? spikes - spikesOf(before) : 0;
  const outliers = `${spikes} outlier${spikes === 1 ? "" : "s"}`;
  const parts = [
    counts.length > 0 ? counts.join("  ") : "no verdict",
    change === 0 ? outliers : `${outliers} (${change > 0 ? "+" : ""}${change})`,
    ...changesOf(checkpoint, before),
  ];
  return `${worstMark(findings, layoutOf(options).paint)} ${plainLine(id)}: ${parts.join("; ")}`;
}

function spikesOf({ layers }: CheckpointResult): number {
  return layers.reduce((sum, { marchenkoPastur: fit }) => {
    return sum + (fit?.spikes.length ?? 0) + (fit?.spikesBelow?.length ?? 0);
  }, 0);
}

/** Which layers have another verdict than before. */
function changesOf({ layers }: CheckpointResult, before: CheckpointResult | null): string[] {
  const verdicts = new Map(before?.layers.map(({ layer, verdict }) => [layer, verdict]));
  const changed = layers.filter(({ layer, verdict }) => {
    const last = verdicts.get(layer);
    return verdict && last && verdict !== last;
  });
  if (changed.length === 0) return [];
  const named = changed
    .slice(0, namedAtMost)
    .map(({ layer, verdict }) => `${plainLine(layer)} is now ${verdictTexts[verdict!].title}`);
  const more = changed.length - named.length;
  return [named.join(", ") + (more > 0 ? ` and ${more} more changed` : "")];
}
