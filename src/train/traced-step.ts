import type { Program } from "../autodiff/program.ts";
import type { Traced } from "../models/model.ts";
import type { Recipe } from "./recipe.ts";
import { stepProgram } from "./step-program.ts";
import type { Ingredients } from "./trainable.ts";

/** The model of a run, as it is trained. */
export function tracedForTraining({ batchSize, ...recipe }: Recipe, { model }: Ingredients): Traced {
  return model.trace({
    batchSize,
    training: true,
    labelSmoothing: recipe.labelSmoothing,
    ...(recipe.imageMixing && { mixup: true }),
    ...(recipe.finetune?.lora && { lora: recipe.finetune.lora }),
  });
}

/** A step of a run, as most steps are: the loss is all that is read. */
export function plainStep(recipe: Recipe, ingredients: Ingredients): Program {
  const { loss, updates } = stepProgram(tracedForTraining(recipe, ingredients), ingredients.updating);
  return { outputs: { loss }, updates };
}
