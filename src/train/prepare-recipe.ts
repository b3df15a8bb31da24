import { datasetCatalogue } from "../datasets/catalogue.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { checked, namedPart, withoutNulls } from "../datasets/named-part.ts";
import { UsageError } from "../errors.ts";
import { models } from "../models/catalogue.ts";
import type { Traced } from "../models/model.ts";
import { createActivation } from "../sparsity/activations/catalogue.ts";
import { sparsityOptions } from "../sparsity/options.ts";
import type { DataSizes, Task } from "./batches/batches.ts";
import { tasks } from "./batches/catalogue.ts";
import { optimizers } from "./optimizers/catalogue.ts";
import type { Recipe } from "./recipe.ts";
import { schedules } from "./schedules/catalogue.ts";
import type { Ingredients } from "./trainable.ts";
import { weightsConfig } from "./weights-config.ts";

/** A recipe with the defaults of all its parts, and the parts themselves. */
export interface PreparedRecipe {
  readonly recipe: Recipe;
  readonly ingredients: Ingredients;
}

/** Models as parts of a recipe that name themselves by `kind`. */
const modelParts = models.map((model) => ({ name: model.kind, options: model.sizes, model }));

/**
 * Checks all parts of a recipe without reading any data.
 *
 * @returns what they name, with the defaults of each.
 * @throws {UsageError} With the part and what is wrong with it; it suggests the nearest name.
 */
export function checkRecipe(recipe: Recipe) {
  const data = namedPart(datasetCatalogue, recipe.data, "data");
  const model = namedPart(modelParts, recipe.model, "model", "kind").part.model;
  const sparsity = checked(sparsityOptions, recipe.sparsity, "sparsity");
  const optimizer = namedPart(optimizers, recipe.optimizer, "optimizer");
  const schedule = namedPart(schedules, recipe.schedule, "schedule");
  const task = tasks.find(({ name }) => name === model.task)!;
  if (data.part.kind !== task.kind) {
    throw new UsageError(
      `the model "${model.kind}" is for ${task.kind}, and the data set ${data.part.name} has ${data.part.kind}: choose another of them.`,
    );
  }
  if (recipe.imageMixing && task.kind !== "images") {
    throw new UsageError(`imageMixing: the data set ${data.part.name} has no images. Leave it out.`);
  }
  return { data, model, sparsity, optimizer, schedule, task };
}

/**
 * Makes all that a recipe names: its data are loaded. What it leaves open of the model is as the `config.json` beside the
 * weights that are finetuned says, and follows from the data.
 *
 * @param atHand - the recipe's data, where they are loaded already.
 * @throws {UsageError} If a part is wrong, they don't fit together, or what the data need is missing.
 * @throws {UnreadableInputError} If data can't be read; {DatasetFormatError} If they are broken.
 */
export async function prepareRecipe(recipe: Recipe, atHand?: Dataset): Promise<PreparedRecipe> {
  const { data, model, optimizer, schedule, task } = checkRecipe(recipe);
  const known = recipe.finetune ? await weightsConfig(recipe.finetune.from, model) : null;
  const sparsity = checked(sparsityOptions, { ...known?.sparsity, ...recipe.sparsity }, "sparsity");
  const dataset = atHand ?? ((await data.part.load(data.options)) as Dataset);
  const { kind, ...stated } = recipe.model;
  const given = withoutNulls(model.sizes, stated) as Record<string, unknown>;
  const wanted = task.sizesOf(dataset.train);
  requireSizes(wanted, given);
  const sizes = checked(
    model.sizes,
    { ...leftOpen(wanted, known?.sizes ?? {}), ...given },
    "model",
  ) as object;
  const factor = schedule.part.create(schedule.options, recipe.steps);
  const { batchSize, seed, imageMixing } = recipe;
  const batches = (traced: Parameters<Ingredients["batches"]["training"]>[0]) => ({
    batchSize,
    seed,
    imageMixing,
    inputs: traced.inputs,
  });
  return {
    recipe: {
      ...recipe,
      data: { name: data.part.name, ...(data.options as object) },
      model: { kind: model.kind, ...sizes },
      sparsity,
      optimizer: { name: optimizer.part.name, ...optimizer.options },
      schedule: { name: schedule.part.name, ...(schedule.options as object) },
    },
    ingredients: {
      model: {
        trace(options) {
          const traced = model.trace(sizes, sparsity, options);
          if (options.training && sparsity.restrictedLayerNorm) requireRestrictedNorm(traced, model.kind);
          return traced;
        },
        config: model.huggingFaceConfig(sizes, sparsity),
        activityOf: () => createActivation(sparsity.activation),
      },
      batches: {
        task,
        pixels: task.pixelsOf(dataset.train),
        training: (traced) => (task as Task).training(dataset.train, batches(traced)),
        testing: (traced) => (task as Task).testing(dataset.test, batches(traced)),
      },
      updating: {
        optimizer: optimizer.part.create(optimizer.options),
        options: optimizer.options,
        rate: (step) => optimizer.options.learningRate * factor(step),
      },
    },
  };
}

/** @throws {UsageError} If norms are to be restricted, and the model has none that can be. */
function requireRestrictedNorm({ parameters }: Traced, kind: string): void {
  const specs = Array.from(parameters.values(), ({ spec }) => spec);
  if (specs.some(({ role, constrain }) => role === "norm-weight" && constrain)) return;
  throw new UsageError(
    `sparsity.restrictedLayerNorm: this ${kind} has no norm with a scale before its MLP blocks. Leave it out, or choose sizes that give it one.`,
  );
}

/** Sizes that a recipe doesn't state: those of the weights that it begins with, made to suit the data. */
function leftOpen({ equal, atLeast }: DataSizes, known: object): Readonly<Record<string, unknown>> {
  const sizes = known as Readonly<Record<string, unknown>>;
  const large = Object.entries(atLeast).map(([size, least]) => [
    size,
    Math.max(least, Number(sizes[size] ?? least)),
  ]);
  return { ...sizes, ...Object.fromEntries(large), ...equal };
}

/** @throws {UsageError} If a size that the recipe states doesn't suit the data. */
function requireSizes({ equal, atLeast }: DataSizes, given: Readonly<Record<string, unknown>>): void {
  for (const [size, value] of Object.entries(equal)) {
    if (given[size] !== undefined && given[size] !== value) {
      throw new UsageError(
        `model.${size}: the data have ${value}, got ${given[size]}. Leave it out, or change it.`,
      );
    }
  }
  for (const [size, value] of Object.entries(atLeast)) {
    if (given[size] !== undefined && !(Number(given[size]) >= value)) {
      throw new UsageError(
        `model.${size}: the data need ${value} at least, got ${given[size]}. Leave it out, or change it.`,
      );
    }
  }
}
