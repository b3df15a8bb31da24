import { z } from "zod";
import { checked, shown } from "../datasets/named-part.ts";
import { loraOptions } from "../sparsity/lora.ts";

const count = z.int().min(1);

/** A part that names what it is; its other members are checked by what it names. */
const named = <Key extends string>(key: Key) =>
  z.looseObject({ [key]: z.string().min(1) } as Record<Key, z.ZodString>, {
    error: ({ code, input }) =>
      code === "invalid_type"
        ? `expected an object such as { "${key}": ${typeof input === "string" ? shown(input) : "..."} }, got ${shown(input)}`
        : undefined,
  });

/** Batches for images blended of two each: the strength of each kind, when it is to be had. */
const imageMixing = z.strictObject({
  /** alpha of mixup's Beta(alpha, alpha). */
  mixup: z.number().positive().optional(),
  /** alpha of CutMix's Beta(alpha, alpha). */
  cutmix: z.number().positive().optional(),
});

/** When checkpoints are saved. */
const checkpointEvery = z.union([count, z.literal("log"), z.array(z.int().min(0))], {
  error: 'expected a number of steps, "log", or a list of steps',
});

/**
 * A recipe: all that a run depends on, but for its folder and the machine. The same recipe gives the same bytes.
 *
 * `data`, `model`, `optimizer` and `schedule` name what they are, and have the members that it declares; those are
 * checked and completed by `prepareRecipe`.
 */
export const recipeSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  seed: z.int().default(0),
  data: named("name"),
  model: named("kind"),
  sparsity: z.looseObject({}).default({}),
  finetune: z
    .strictObject({
      /** A checkpoint: a folder or a file whose tensors have the model's names. */
      from: z.string().min(1),
      /** Names of parameters that start anew, such as the head of another task. */
      fresh: z.array(z.string()).default([]),
      lora: loraOptions.optional(),
    })
    .optional(),
  optimizer: named("name"),
  schedule: named("name").default({ name: "constant" }),
  /** Updates of the weights. */
  steps: count,
  /** Examples of one step. */
  batchSize: count,
  /** Share of the target that is spread over all classes while training, in [0, 1). */
  labelSmoothing: z.number().min(0).lt(1).default(0),
  imageMixing: imageMixing.optional(),
  /** Steps from one line of training metrics to the next. */
  logEvery: count.default(100),
  /** N: each N steps; "log": at 1, 2, 4, 8 ...; or steps. The first and the last are always saved. */
  checkpointEvery: checkpointEvery.default([]),
  /** Steps from one evaluation on the test part to the next; after the last step only by default. */
  evaluateEvery: count.optional(),
  /** Batches of an evaluation; the whole test part by default. */
  evaluateBatches: count.optional(),
  analyzeEvery: count.optional(),
  measureEvery: count.optional(),
});

/** A recipe with its defaults. */
export type Recipe = z.output<typeof recipeSchema>;
/** A recipe as it is written. */
export type RecipeInput = z.input<typeof recipeSchema>;

/**
 * Checks a recipe, but for what its named parts declare.
 *
 * @returns the recipe with its defaults.
 * @throws {UsageError} With a line for each fault.
 */
export function parseRecipe(value: unknown): Recipe {
  return checked(recipeSchema, value, "");
}

/** Whether a checkpoint is saved at a step. */
export function isCheckpointStep({ checkpointEvery: every, steps }: Recipe, step: number): boolean {
  if (step === 0 || step === steps) return true;
  if (typeof every === "number") return step % every === 0;
  return every === "log" ? Number.isInteger(Math.log2(step)) : every.includes(step);
}

/** Whether the test part is evaluated at a step. */
export function isEvaluationStep({ evaluateEvery, steps }: Recipe, step: number): boolean {
  return step === steps || (evaluateEvery !== undefined && step % evaluateEvery === 0);
}

/** Whether the step that begins then has a line of metrics. */
export function isLogStep({ logEvery, steps }: Recipe, step: number): boolean {
  return step % logEvery === 0 || step === steps - 1;
}
