import { nearestNames } from "../layers/nearest-names.ts";
import type { CheckpointResult } from "./result.ts";

/** Says why an analysis is empty: how many tensors were skipped for which reason, and what to try. */
export function nothingAnalysed(
  checkpoints: readonly CheckpointResult[],
  include: readonly string[] | undefined,
): string {
  const layers = checkpoints.flatMap((checkpoint) => checkpoint.layers);
  if (layers.length === 0) return "nothing to analyse: there is no tensor in the input";
  const counts = new Map<string, number>();
  for (const { reason } of layers)
    counts.set(reason ?? "unknown", (counts.get(reason ?? "unknown") ?? 0) + 1);
  const reasons = Array.from(counts, ([reason, count]) => `${count} ${reason}`).join(", ");
  const names = layers.map(({ tensor }) => tensor);
  const near = include?.flatMap((pattern) => nearestNames(pattern, names)) ?? [];
  const hint =
    counts.get("excluded") === layers.length && near.length > 0
      ? `; no tensor matches ${include?.join(", ")}, the nearest names are ${[...new Set(near)].slice(0, 5).join(", ")}`
      : "; a weight matrix is a tensor of floats with two or more axes";
  return `nothing to analyse: all ${layers.length} tensors were skipped (${reasons})${hint}`;
}
