import { frozenModel } from "../measure/frozen-model.ts";
import { evaluator, meanOf } from "../train/evaluate.ts";
import type { FinishedRun, RunMetrics } from "./experiment.ts";
import { readMetrics } from "./read-metrics.ts";

/** Batches of each part at full scale, where all of the training part would take hours. */
const MOST_BATCHES = 64;

/** What {@link evaluateRun} gives for each part. */
const quantities = ["loss", "accuracy", "activatedRatio", "derivativeSparsity"] as const;

/**
 * A finished run on both parts of its data: cross-entropy without smoothing, accuracy, activated ratio and derivative
 * sparsity, as `train.loss`, `test.activatedRatio` and so on; `training.activatedRatio` is the mean over all of training.
 *
 * The training part is measured as training has it, an epoch of whole batches, with the last weights.
 */
export async function evaluateRun(run: FinishedRun): Promise<RunMetrics> {
  const { prepared, backend, signal, setting } = run;
  const { recipe, ingredients } = prepared;
  const model = frozenModel(backend, { recipe: { ...recipe, labelSmoothing: 0 }, ingredients });
  const options = {
    batchSize: recipe.batchSize,
    seed: recipe.seed,
    perToken: ingredients.batches.task.perToken,
    ...(setting.scale === "full" && { evaluateBatches: MOST_BATCHES }),
  };
  const numbers: Record<string, number | null> = {};
  try {
    await model.load(run.checkpoint, recipe.steps);
    for (const name of ["train", "test"] as const) {
      const part = model.part(name);
      const evaluation = await evaluator(backend, part.state, ingredients.model, part.traced, part, options);
      try {
        const found = await evaluation.at(recipe.steps, signal);
        for (const each of quantities) numbers[`${name}.${each}`] = found[each];
      } finally {
        evaluation.dispose();
      }
    }
  } finally {
    model.dispose();
  }
  const series = await readMetrics(run.folder);
  const active = series["train.activatedRatio"]!.values.filter((value) => value !== null);
  return { numbers: { ...numbers, "training.activatedRatio": meanOf(active) }, series };
}
