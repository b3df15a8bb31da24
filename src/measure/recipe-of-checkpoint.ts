import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { isRemote } from "../checkpoint/remote/address.ts";
import { smallText } from "../checkpoint/small-text.ts";
import { datasetCatalogue } from "../datasets/catalogue.ts";
import { MarchenkoError, UnreadableInputError, UsageError } from "../errors.ts";
import { modelOf, modelOfConfig } from "../models/catalogue.ts";
import { tasks } from "../train/batches/catalogue.ts";
import { parseRecipe, type Recipe } from "../train/recipe.ts";

/** Folders above a checkpoint in which its run's recipe is looked for: RUN/checkpoints/step-000500/. */
const MOST_LEVELS = 3;

/** Examples of a batch where no recipe tells. */
const defaultBatchSize = 32;

/** What was found, and where. */
export interface FoundRecipe {
  readonly recipe: Recipe;
  /** As a message names it: `--recipe`, `the checkpoint's metadata`, or a path. */
  readonly from: string;
}

/** What a checkpoint says of itself; `config` where it is not on disk. */
type DescribedCheckpoint = Pick<Checkpoint, "path" | "metadata"> & Partial<Pick<Checkpoint, "config">>;

/** What the user tells of a checkpoint. */
export interface ToldOfCheckpoint {
  /** A recipe that is taken before all that the checkpoint says. */
  readonly recipe?: Recipe | undefined;
  /** A data set's name, `NAME:PATH`, or a path alone: in the place of the recipe's data. */
  readonly data?: string | undefined;
}

/**
 * The recipe by which a checkpoint can be rebuilt: the one that is given, else that of its own metadata, else a
 * `recipe.json` beside it or in one of the three folders above, else what a Hugging Face `config.json` beside it tells.
 *
 * What only concerns training is taken out: weights to begin with, and blended images.
 *
 * @throws {UsageError} If there is none, or none that tells of the data.
 * @throws {UnreadableInputError} If a file can't be read, or tells of what isn't supported.
 */
export async function recipeOfCheckpoint(
  checkpoint: DescribedCheckpoint,
  told: ToldOfCheckpoint = {},
): Promise<FoundRecipe> {
  const found = await find(checkpoint, told);
  const { finetune: _, imageMixing: __, ...recipe } = found.recipe;
  return {
    ...found,
    recipe: told.data === undefined ? recipe : { ...recipe, data: await toldData(recipe, told.data) },
  };
}

async function find(
  checkpoint: DescribedCheckpoint,
  { recipe, data }: ToldOfCheckpoint,
): Promise<FoundRecipe> {
  const { path, metadata } = checkpoint;
  if (recipe) return { recipe, from: "--recipe" };
  const own = metadata["marchenko.recipe"];
  if (own !== undefined)
    return { recipe: asRecipe(own, `the metadata of ${path}`), from: "the checkpoint's metadata" };
  const beside = isRemote(path) ? await configElsewhere(checkpoint) : await filesBeside(path);
  if (beside.recipe) return beside.recipe;
  const { config, file } = beside;
  if (config === null) {
    throw new UsageError(
      `${path}: nothing tells of its model: expected a recipe in its metadata, a recipe.json in a folder above, or a config.json beside it. Give one by --recipe FILE.`,
    );
  }
  if (data === undefined) {
    throw new UsageError(
      `${path}: its config.json tells of the model, and nothing tells of data to measure it on. Give --data NAME, --data PATH or --recipe FILE.`,
    );
  }
  const model = modelOfConfig(config);
  const { sizes, sparsity } = model.fromHuggingFace(config);
  const plain = {
    name: "config.json",
    data: { name: "digits" },
    model: { kind: model.kind, ...(sizes as object) },
    sparsity,
    // Nothing is trained: it only has to be a rate.
    optimizer: { name: "sgd", learningRate: 1 },
    steps: 1,
    batchSize: defaultBatchSize,
  };
  return { recipe: parseRecipe(plain), from: file };
}

/** What is beside a checkpoint: a recipe, or else a model's configuration. */
interface Beside {
  readonly recipe: FoundRecipe | null;
  readonly config: unknown;
  /** Where the configuration is, or would be. */
  readonly file: string;
}

async function filesBeside(path: string): Promise<Beside> {
  const { dirname, join, resolve } = await import("node:path");
  const { stat } = await import("node:fs/promises");
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const beside = isFolder ? resolve(path) : dirname(resolve(path));
  for (let folder = beside, level = 0; level <= MOST_LEVELS; level++, folder = dirname(folder)) {
    const file = join(folder, "recipe.json");
    const text = await smallText(file, "a recipe");
    if (text !== null) return { recipe: { recipe: asRecipe(text, file), from: file }, config: null, file };
  }
  const file = join(beside, "config.json");
  const text = await smallText(file, "a model's configuration");
  return { recipe: null, config: text === null ? null : json(text, file), file };
}

/** Of a checkpoint that was opened elsewhere only the files that it opens itself are known. */
async function configElsewhere({ path, config }: DescribedCheckpoint): Promise<Beside> {
  return { recipe: null, config: (await config?.()) ?? null, file: `config.json beside ${path}` };
}

/** `data` of a recipe by what `--data` says. */
async function toldData(
  { data, model }: Pick<Recipe, "data" | "model">,
  told: string,
): Promise<Recipe["data"]> {
  const named = (name: string) => datasetCatalogue.find((each) => each.name === name);
  if (named(told)) return { name: told };
  const colon = told.indexOf(":");
  if (colon > 0 && named(told.slice(0, colon))) {
    return { name: told.slice(0, colon), path: told.slice(colon + 1) };
  }
  const { existsSync } = await import("node:fs");
  if (!existsSync(told)) {
    const names = datasetCatalogue.map(({ name }) => name);
    const near = similarNames(told, names);
    const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `Known are ${names.join(", ")}.`;
    throw new UnreadableInputError(
      `--data: expected a data set's name, NAME:PATH or a path, got ${told}, which is no name and does not exist. ${hint}`,
    );
  }
  // A path alone: the recipe's own data set takes it where its kind has one, else the kind's plain files.
  const kind = tasks.find(({ name }) => name === modelOf(String(model.kind)).task)!.kind;
  const own = named(String(data.name));
  if (own?.kind === kind && own.options.safeParse({ path: told }).success) {
    return { ...data, name: own.name, path: told };
  }
  return { name: kind === "images" ? "image-folder" : "text", path: told };
}

function asRecipe(text: string, from: string): Recipe {
  try {
    return parseRecipe(json(text, from));
  } catch (error) {
    if (!(error instanceof MarchenkoError)) throw error;
    const message = error.message.startsWith(from) ? error.message : `${from}: ${error.message}`;
    throw new UsageError(`${message}\nOr give a recipe by --recipe FILE.`, { cause: error });
  }
}

function json(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${from} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
