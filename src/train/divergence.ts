import { DivergenceError } from "../errors.ts";
import { isCheckpointStep, type Recipe } from "./recipe.ts";
import type { RunFolder } from "./run-folder.ts";
import type { NamedEntries } from "./weights.ts";

/**
 * Makes sure that a step's loss is a number.
 *
 * @param rate - the learning rate at the step.
 * @throws {DivergenceError} With the step, and where the last checkpoint before it is.
 */
export function requireFiniteLoss(
  loss: number,
  step: number,
  rate: number,
  folder: RunFolder,
  recipe: Recipe,
): void {
  if (Number.isFinite(loss)) return;
  throw diverged(`the loss is ${loss} at step ${step} (learning rate ${rate})`, step, folder, recipe);
}

/** Makes sure that all that is to be saved is numbers. @throws {DivergenceError} As {@link requireFiniteLoss}. */
export function requireFiniteState(
  arrays: readonly NamedEntries[],
  step: number,
  folder: RunFolder,
  recipe: Recipe,
): void {
  const broken = arrays.find(({ data }) => !data.every(Number.isFinite));
  if (broken) throw diverged(`${broken.name} is no longer finite at step ${step}`, step, folder, recipe);
}

function diverged(what: string, step: number, folder: RunFolder, recipe: Recipe): DivergenceError {
  let last = step - 1;
  while (last >= 0 && !isCheckpointStep(recipe, last)) last--;
  const kept =
    last < 0 ? "no checkpoint was saved before" : `the last good checkpoint is ${folder.checkpoint(last)}`;
  return new DivergenceError(
    `training diverged: ${what}; ${kept}. Try a smaller optimizer.learningRate, a longer schedule.warmup, or optimizer.clipNorm.`,
  );
}
