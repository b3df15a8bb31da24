import { checkpointName } from "../train/run-folder.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { FinishedRun, RunMetrics } from "./experiment.ts";
import { averages, measuredCheckpoints } from "./measured-series.ts";

/** Meters of gradients and flatness that stand beside the activated ratio. */
const meters = ["derivativeSparsity", "augmentedFlatness", "implicitRobustness", "gradientDensity"];

/** Numbers that are taken of them, as means over blocks. */
const taken = [
  "squaredDerivative",
  "augmentedFlatness.key",
  "implicitRobustness.squaredGradient",
  "implicitRobustness.inputSquaredNorm",
  "gradientDensity.ratio",
] as const;

/**
 * What comparisons of trained networks are made of: {@link evaluateRun}, and gradients and flatness of the last
 * checkpoint on the training part, with the recipe's label smoothing, as means over blocks.
 */
export async function trainedMetrics(run: FinishedRun): Promise<RunMetrics> {
  const { numbers, series } = await evaluateRun(run);
  const checkpoints = await measuredCheckpoints(run, meters, [checkpointName(run.prepared.recipe.steps)]);
  const own = Object.fromEntries(
    taken.map((id) => [`train.${id}`, averages(checkpoints, id).values[0] ?? null] as const),
  );
  return { numbers: { ...numbers, ...own }, series };
}
