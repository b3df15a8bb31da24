import { nameMatcher } from "../layers/name-globs.ts";
import { nearestNames } from "../layers/nearest-names.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";

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
  const all =
    layers.length === 1 ? "the one tensor was skipped" : `all ${layers.length} tensors were skipped`;
  const hint =
    counts.get("excluded") === layers.length
      ? whyExcluded(layers, include)
      : "a weight matrix is a tensor of floats with two or more axes";
  return `nothing to analyse: ${all} (${reasons}); ${hint}`;
}

/** The globs have left out everything: of none of it is it known whether it is a matrix. */
function whyExcluded(layers: readonly LayerResult[], include: readonly string[] | undefined): string {
  if (include === undefined) return "the globs of exclude match every tensor: give narrower ones";
  const isIncluded = nameMatcher(include);
  if (layers.some(({ tensor, layer }) => isIncluded(tensor) || isIncluded(layer))) {
    return `what ${include.join(", ")} includes, the globs of exclude match too: give narrower ones`;
  }
  const names = layers.map(({ tensor }) => tensor);
  const near = [...new Set(include.flatMap((pattern) => nearestNames(pattern, names)))].slice(0, 5);
  return `no tensor matches ${include.join(", ")}, the nearest names are ${near.join(", ")}`;
}
