import type { OpenedSource } from "../analysis/open-sources.ts";
import type { Provenance } from "../analysis/result.ts";
import { version } from "../analysis/version.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Backend } from "../backends/backend.ts";
import type { PreparedRecipe } from "../train/prepare-recipe.ts";
import type { Chosen } from "./groups.ts";
import type { FoundRecipe } from "./recipe-of-checkpoint.ts";
import { parts as bothParts, type MeasurementResult } from "./result.ts";

/** Where a measurement comes from: all that shaped it, and nothing that may differ between equal runs. */
export function measurementProvenance(
  sources: readonly Pick<OpenedSource, "files">[],
  { recipe, from }: FoundRecipe,
  backend: Backend,
  { meters, measurements }: Chosen,
  {
    parts = bothParts,
    batches = null,
  }: { readonly parts?: readonly string[] | undefined; readonly batches?: number | null | undefined },
): Provenance {
  const { batchSize, labelSmoothing } = recipe;
  return {
    tool: "marchenko",
    version,
    schema: "marchenko/schema/measurement.json",
    configuration: {
      recipe: recipe.name,
      recipeFrom: from,
      parts: [...parts],
      batches,
      batchSize,
      labelSmoothing,
      groups: [...meters, ...measurements.map(({ measurement }) => measurement)].map(({ id }) => id),
      settings: Object.fromEntries(
        measurements.map(({ measurement, settings }) => [measurement.id, settings]),
      ),
    },
    seed: recipe.seed,
    engine: engineOf(backend),
    files: sources.flatMap(({ files }) => [...files]),
    run: {},
  };
}

/** A backend's name without its threads, which don't change a bit. */
export function engineOf({ name }: Pick<Backend, "name">): string {
  return name.replace(/,.*$/, "");
}

/** The model as a result tells of it: the recipe's, its sizes all, and how much there is of it. */
export function describedModel({ recipe, ingredients }: PreparedRecipe): MeasurementResult["model"] {
  const { batchSize } = recipe;
  const { parameters, blocks } = ingredients.model.trace({ batchSize, training: false, labelSmoothing: 0 });
  const entries = Array.from(parameters.values(), ({ spec }) => sizeOf(spec.shape));
  return {
    ...recipe.model,
    kind: String(recipe.model.kind),
    sparsity: recipe.sparsity,
    parameters: entries.reduce((sum, each) => sum + each, 0),
    blocks: blocks.length,
  };
}
