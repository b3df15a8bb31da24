import { UsageError } from "../errors.ts";
import { prepareRecipe } from "./prepare-recipe.ts";
import { parseRecipe, type RecipeInput } from "./recipe.ts";
import { type RunOptions, type RunSummary, run } from "./run.ts";

/** Members of a recipe that are observers' work, and how each is called: what looks at a run stands after it. */
const observed = {
  analyzeEvery: "analyzeEvery(every, out)",
  measureEvery: "measureEvery(every, out, backend, await prepareRecipe(parseRecipe(recipe)))",
} as const;

/** What `train` is given. */
export interface TrainOptions extends RunOptions {
  /** As it is written, but whole: `composeRecipe` makes one that extends another whole. */
  readonly recipe: RecipeInput;
}

/**
 * Trains a model: a folder with `recipe.json`, `metrics.ndjson`, `checkpoints/` and the state to go on from.
 *
 * The recipe alone determines every byte of metrics and checkpoints, whether the run is stopped and resumed or not, and
 * however many threads the backend has.
 *
 * @returns the last metrics and where they are.
 * @throws {UsageError} If the recipe or the folder is not right, or something can't be written.
 * @throws {DivergenceError} If the loss is no finite number.
 * @throws {UnreadableInputError} If data or weights can't be read; {DatasetFormatError} If data are broken.
 * @example
 * ```ts
 * import { mkdtemp } from "node:fs/promises";
 * import { analyze, composeRecipe, train, wasmBackend } from "marchenko";
 * import { presetsByName } from "marchenko/train";
 *
 * const recipe = composeRecipe({ extends: "digits-vit", steps: 3, checkpointEvery: 3 }, { presets: presetsByName });
 * const backend = await wasmBackend({ threads: 1 });
 * const summary = await train({ recipe, backend, out: await mkdtemp("/tmp/run-") });
 * await backend.dispose();
 * summary.steps; // 3
 *
 * const result = await analyze(summary.checkpoint);
 * result.checkpoints[0].step; // 3
 * ```
 */
export async function train({ recipe, ...options }: TrainOptions): Promise<RunSummary> {
  const parsed = parseRecipe(recipe);
  for (const key of ["analyzeEvery", "measureEvery"] as const) {
    if (parsed[key] === undefined || options.observers?.length) continue;
    throw new UsageError(
      `${key}: it takes an observer, observers: [${observed[key]}]. Give one, or leave it out.`,
    );
  }
  const prepared = await prepareRecipe(parsed);
  return await run(prepared.recipe, prepared.ingredients, options);
}
