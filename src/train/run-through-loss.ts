import { type Backend, DeviceLostError } from "../backends/backend.ts";
import type { Recipe } from "./recipe.ts";
import { type RunOptions, type RunSummary, run } from "./run.ts";
import type { Ingredients } from "./trainable.ts";

/** A run whose backend may lose its device. */
export interface LossyRunOptions {
  /** The options of the run on a backend: it may be another one each time. */
  readonly options: (backend: Backend) => RunOptions;
  /** A backend to go on with. @param step - updates that were made. */
  readonly reopen: (lost: DeviceLostError, step: number) => Promise<Backend>;
}

/**
 * Trains as {@link run} does, and where the device is lost goes on from the state that was saved last.
 *
 * @throws {DeviceLostError} If the device is lost again before the run came any further.
 */
export async function runThroughLoss(
  recipe: Recipe,
  ingredients: Ingredients,
  first: Backend,
  { options: optionsOn, reopen }: LossyRunOptions,
): Promise<RunSummary> {
  let backend = first;
  let farthest = 0;
  let resume: boolean | null = null;
  for (;;) {
    const options = optionsOn(backend);
    let reached = 0;
    try {
      return await run(recipe, ingredients, {
        ...options,
        ...(resume !== null && { resume }),
        onProgress(progress) {
          reached = progress.step;
          options.onProgress?.(progress);
        },
      });
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error;
      if (reached <= farthest) throw error;
      farthest = reached;
      // The first state is saved before the first update.
      resume = true;
      backend = await reopen(error, reached);
    }
  }
}
