import type { Backend } from "../backends/backend.ts";
import { encodeSafetensors } from "../checkpoint/safetensors-writer.ts";
import { digitsOf } from "../datasets/digits.ts";
import { composeRecipe } from "../train/compose-recipe.ts";
import { requireFiniteLoss } from "../train/divergence.ts";
import { evaluator } from "../train/evaluate.ts";
import { eventTurn } from "../train/event-turn.ts";
import { initialState } from "../train/initial-state.ts";
import { prepareRecipe } from "../train/prepare-recipe.ts";
import { presetsByName } from "../train/presets/catalogue.ts";
import { isLogStep } from "../train/recipe.ts";
import { stepProgram } from "../train/step-program.ts";
import { stepper } from "../train/stepper.ts";
import { tracedForTraining } from "../train/traced-step.ts";
import { readAll, weightsOf } from "../train/weights.ts";
import type { TrainingPoint } from "./job.ts";

/** Steps between two looks at the activations. */
const LOG_EVERY = 10;

/** What is trained, and on what. */
export interface DigitsRun {
  /** Name of a preset for the digits. */
  readonly preset: string;
  /** Updates, >= 1. */
  readonly steps: number;
  readonly backend: Backend;
  /** The shipped file's text. */
  readonly text: string;
  readonly onPoint: (point: TrainingPoint) => void;
}

/** What came of it. */
export interface TrainedDigits {
  /** The model as a safetensors file, in float32. */
  readonly bytes: Uint8Array;
  /** Share of the test images that it tells, in [0, 1]. */
  readonly accuracy: number;
}

/**
 * Trains a preset on the digits as `marchenko train` does, step for step, with no folder to keep it in.
 *
 * @throws {UsageError} If preset or steps are wrong; {DivergenceError} If the loss is no finite number.
 */
export async function trainDigits(run: DigitsRun): Promise<TrainedDigits> {
  const { backend, steps } = run;
  const composed = composeRecipe(
    { extends: run.preset, steps, logEvery: LOG_EVERY, evaluateEvery: steps },
    { presets: presetsByName },
  );
  const { recipe, ingredients } = await prepareRecipe(composed, digitsOf(run.text, "digits.csv"));
  const { model, updating } = ingredients;
  const traced = tracedForTraining(recipe, ingredients);
  const tested = model.trace({ batchSize: recipe.batchSize, training: false, labelSmoothing: 0 });
  const program = stepProgram(traced, updating);
  const batches = ingredients.batches.training(traced);
  const state = await initialState(backend, traced, program, recipe, null);
  const train = await stepper(backend, state, model, traced, program, updating, recipe);
  const { perToken } = ingredients.batches.task;
  const testBatches = ingredients.batches.testing(tested);
  const test = await evaluator(backend, state, model, tested, testBatches, { ...recipe, perToken });
  try {
    let activatedRatio: number | null = null;
    for (let step = 0; step < steps; step++) {
      await eventTurn();
      const { feed } = await batches.batch(step);
      const measured = isLogStep(recipe, step) ? await train.measuredStep(step, feed) : null;
      const loss = measured?.loss ?? (await train.step(step, feed));
      requireFiniteLoss(loss, step, updating.rate(step), null, recipe);
      activatedRatio = measured?.activatedRatio ?? activatedRatio;
      run.onPoint({ step: step + 1, steps, loss, activatedRatio });
    }
    const { accuracy } = await test.at(steps);
    const weights = await readAll(weightsOf(backend, state, traced));
    const bytes = encodeSafetensors(
      weights.map(({ name, shape, data }) => ({ name, shape, data: Float32Array.from(data) })),
    );
    return { bytes, accuracy };
  } finally {
    train.dispose();
    test.dispose();
    for (const tensor of state.values()) backend.free(tensor);
  }
}
