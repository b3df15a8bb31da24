import { measuredValue } from "../measure/average.ts";
import { checkpointName } from "../train/run-folder.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { FinishedRun, RunMetrics } from "./experiment.ts";
import { averages, measuredCheckpoints } from "./measured-series.ts";

/** Meters of gradients and flatness that stand beside the activated ratio. */
const meters = [
  "derivativeSparsity",
  "augmentedFlatness",
  "implicitRobustness",
  "gradientDensity",
  "robustness",
];

/** Numbers that are taken of them, as means over blocks. */
const taken = [
  "squaredDerivative",
  "augmentedFlatness.key",
  "implicitRobustness.squaredGradient",
  "implicitRobustness.inputSquaredNorm",
  "gradientDensity.ratio",
] as const;

/** Numbers of the whole network: tokens of all blocks are moved at once. */
const ofWholeModel = ["robustness.absolute.increase", "robustness.relative.increase"] as const;

/**
 * What comparisons of trained networks are made of: {@link evaluateRun}, and gradients and flatness of the last
 * checkpoint on the training part, with the recipe's label smoothing, as means over blocks; and what moving hidden tokens
 * costs.
 */
export async function trainedMetrics(run: FinishedRun): Promise<RunMetrics> {
  const { numbers, series } = await evaluateRun(run);
  const checkpoints = await measuredCheckpoints(run, meters, [checkpointName(run.prepared.recipe.steps)]);
  const own = Object.fromEntries(
    taken.map((id) => [`train.${id}`, averages(checkpoints, id).values[0] ?? null] as const),
  );
  const whole = Object.fromEntries(
    ofWholeModel.map((id) => [
      `train.${id}`,
      checkpoints[0] ? measuredValue(checkpoints[0].wholeModel, id) : null,
    ]),
  );
  return { numbers: { ...numbers, ...own, ...whole }, series };
}
