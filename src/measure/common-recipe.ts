import type { OpenedSource } from "../analysis/open-sources.ts";
import { UsageError } from "../errors.ts";
import type { Recipe } from "../train/recipe.ts";
import { type FoundRecipe, recipeOfCheckpoint, type ToldOfCheckpoint } from "./recipe-of-checkpoint.ts";

/** What has to be the same of all checkpoints that are measured together. */
const shared = ["model", "data", "sparsity", "labelSmoothing", "batchSize"] as const;

/**
 * The recipe that several checkpoints have in common: the first one's.
 *
 * @param seed - in the place of the recipe's.
 * @throws {UsageError} If one has another model, data, modules, smoothing or batches; and as {@link recipeOfCheckpoint}.
 */
export async function commonRecipe(
  sources: readonly Pick<OpenedSource, "path" | "metadata" | "source">[],
  { recipe, data, seed }: ToldOfCheckpoint & { readonly seed?: number | undefined },
): Promise<FoundRecipe> {
  const [first, ...others] = sources;
  const found = await recipeOfCheckpoint(asCheckpoint(first!), { recipe, data });
  for (const other of others) {
    const own = await recipeOfCheckpoint(asCheckpoint(other), { recipe, data });
    const differs = shared.find((key) => textOf(own.recipe[key]) !== textOf(found.recipe[key]));
    if (differs) {
      throw new UsageError(
        `${other.path}: its recipe has another ${differs} than that of ${first!.path}: measure them one by one.`,
      );
    }
  }
  return seed === undefined ? found : { ...found, recipe: { ...found.recipe, seed } };
}

function asCheckpoint({ path, metadata, source }: Pick<OpenedSource, "path" | "metadata" | "source">) {
  return { path, metadata, config: async () => (await source.config?.()) ?? null };
}

/** Equal for equal values, whatever the order of their keys. */
function textOf(value: Recipe[(typeof shared)[number]]): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
