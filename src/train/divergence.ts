import { DivergenceError } from "../errors.ts";
import { isCheckpointStep, type Recipe } from "./recipe.ts";
import type { RunFolder } from "./run-folder.ts";
import type { ReadableEntries } from "./weights.ts";

/**
 * Makes sure that a step's loss is a number.
 *
 * @param rate - the learning rate at the step.
 * @param folder - of the run; null where nothing is kept.
 * @throws {DivergenceError} With the step, and where the last checkpoint before it is.
 */
export function requireFiniteLoss(
  loss: number,
  step: number,
  rate: number,
  folder: RunFolder | null,
  recipe: Recipe,
): void {
  if (Number.isFinite(loss)) return;
  throw diverged(`the loss is ${loss} at step ${step} (learning rate ${rate})`, step, folder, recipe);
}

/** Arrays that are numbers where they are read, or throw a {DivergenceError} as {@link requireFiniteLoss} does. */
export function finiteArrays(
  arrays: readonly ReadableEntries[],
  step: number,
  folder: RunFolder,
  recipe: Recipe,
): ReadableEntries[] {
  return arrays.map((each) => ({
    ...each,
    async read() {
      const data = await each.read();
      if (data.every(Number.isFinite)) return data;
      throw diverged(`${each.name} is no longer finite at step ${step}`, step, folder, recipe);
    },
  }));
}

function diverged(what: string, step: number, folder: RunFolder | null, recipe: Recipe): DivergenceError {
  let last = step - 1;
  while (last >= 0 && !isCheckpointStep(recipe, last)) last--;
  const kept =
    last < 0 || !folder
      ? "no checkpoint was saved before"
      : `the last good checkpoint is ${folder.checkpoint(last)}`;
  return new DivergenceError(
    `training diverged: ${what}; ${kept}. Try a smaller optimizer.learningRate, a longer schedule.warmup, or optimizer.clipNorm.`,
  );
}
