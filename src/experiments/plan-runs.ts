import { composeRecipe } from "../train/compose-recipe.ts";
import { checkRecipe } from "../train/prepare-recipe.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import type { Recipe } from "../train/recipe.ts";
import { checkpointName } from "../train/run-folder.ts";
import type { Variant } from "./experiment.ts";

/** One variant with one seed. */
export interface PlannedRun {
  readonly variant: Variant;
  readonly seed: number;
  readonly recipe: Recipe;
  /** Relative to the experiment's folder. */
  readonly folder: string;
  /** Checkpoint that it starts from, relative to the experiment's folder. */
  readonly from: string | null;
}

/**
 * Every variant with every seed, seed by seed, so that what is there when an experiment is stopped can be compared.
 *
 * @param out - folder of the experiment.
 * @param set - `dotted.key=json`, applied to every recipe.
 * @throws {UsageError} If a recipe is not right: all are checked before any runs.
 */
export async function planRuns(
  out: string,
  variants: readonly Variant[],
  seeds: readonly number[],
  set: readonly string[],
): Promise<PlannedRun[]> {
  const { join } = await import("node:path");
  const planned: PlannedRun[] = [];
  for (const seed of seeds) {
    for (const variant of variants) {
      const { id, startsFrom } = variant;
      const start = planned.find((run) => run.variant.id === startsFrom && run.seed === seed);
      const from = start && join(start.folder, "checkpoints", checkpointName(start.recipe.steps));
      const finetune = from && {
        finetune: { ...(variant.recipe.finetune as object | undefined), from: join(out, from) },
      };
      const given = { name: id, ...variant.recipe, ...finetune };
      const recipe = composeRecipe(given, { presets: presetsByName, set, seed });
      checkRecipe(recipe);
      planned.push({ variant, seed, recipe, folder: `runs/${id}-seed-${seed}`, from: from ?? null });
    }
  }
  return planned;
}
