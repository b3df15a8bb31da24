import { type Backend, OutOfMemoryError } from "../backends/backend.ts";
import { UsageError } from "../errors.ts";
import { finiteArrays, requireFiniteLoss } from "./divergence.ts";
import { evaluator } from "./evaluate.ts";
import { eventTurn } from "./event-turn.ts";
import { initialState } from "./initial-state.ts";
import { type MetricsLine, openMetricsLog } from "./metrics-log.ts";
import type { TrainObserver, TrainProgress } from "./observer.ts";
import { isCheckpointStep, isEvaluationStep, isLogStep, type Recipe } from "./recipe.ts";
import { checkpointName, makeRunFolder, runFolder } from "./run-folder.ts";
import { saveCheckpoint } from "./save-checkpoint.ts";
import { stepProgram } from "./step-program.ts";
import { stepper } from "./stepper.ts";
import { tapValues } from "./taps.ts";
import { tracedForTraining } from "./traced-step.ts";
import type { Ingredients } from "./trainable.ts";
import { loadState, saveState } from "./training-state.ts";
import { arraysOf, asTensors, readAll, weightsOf } from "./weights.ts";

/** What a run is made of, besides its recipe. */
export interface RunOptions {
  /** The run's folder. */
  readonly out: string;
  readonly backend: Backend;
  /** Goes on with the run in the folder. */
  readonly resume?: boolean;
  readonly observers?: readonly TrainObserver[];
  /** Hears of every step. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Stops after the step under way when aborted: the state is saved, and the signal's reason thrown. */
  readonly signal?: AbortSignal;
}

/** What a run ended with. */
export interface RunSummary {
  readonly out: string;
  readonly steps: number;
  /** The last lines of metrics; null where a run that was resumed had none left to write. */
  readonly train: MetricsLine | null;
  readonly test: MetricsLine | null;
  /** Folder of the last checkpoint. */
  readonly checkpoint: string;
}

/**
 * Trains a model by a recipe whose parts are made: the loop.
 *
 * At a step the state is saved first, then come evaluation, checkpoint and observers, then the update; so a run that
 * goes on from the saved state does again what that step may have lacked.
 *
 * @throws {DivergenceError} If the loss, or a weight to be saved, is no finite number.
 * @throws {UsageError} If the folder can't be used, or something can't be written to it.
 */
export async function run(
  recipe: Recipe,
  ingredients: Ingredients,
  options: RunOptions,
): Promise<RunSummary> {
  const { backend, resume = false, observers = [], signal } = options;
  const { steps, batchSize } = recipe;
  const folder = await runFolder(options.out, resume);
  const saved = resume ? await loadState(folder, recipe) : null;
  const { model, updating } = ingredients;
  const lora = recipe.finetune?.lora ? { lora: recipe.finetune.lora } : {};
  const traced = tracedForTraining(recipe, ingredients);
  const tested = model.trace({ batchSize, training: false, labelSmoothing: 0, ...lora });
  for (const { taps = [] } of observers) tapValues(traced, taps);
  const batches = ingredients.batches.training(traced);
  const testBatches = ingredients.batches.testing(tested);
  const program = stepProgram(traced, updating);
  const { state, train, test } = await placed(async () => {
    const state = await initialState(backend, traced, program, recipe, saved);
    const train = await stepper(backend, state, model, traced, program, updating, recipe);
    const { perToken } = ingredients.batches.task;
    const test = await evaluator(backend, state, model, tested, testBatches, { ...recipe, perToken });
    return { state, train, test };
  });
  await makeRunFolder(folder, recipe);
  const log = await openMetricsLog(folder.metrics, saved?.metricsBytes ?? 0);

  const last: { train: MetricsLine | null; test: MetricsLine | null } = { train: null, test: null };
  const note = async (line: MetricsLine): Promise<void> => {
    last[line.split] = line;
    await log.append(line);
  };
  const saveAt = async (step: number): Promise<void> => {
    const arrays = finiteArrays(arraysOf(backend, state), step, folder, recipe);
    await log.sync();
    await saveState(folder, { step, metricsBytes: log.bytes, recipe }, arrays);
  };
  const saveCheckpointAt = async (step: number): Promise<void> => {
    const weights = weightsOf(backend, state, traced);
    await saveCheckpoint(folder, { step, recipe, config: model.config, weights });
  };
  const show = async (step: number, { taps: names = [], onStep }: TrainObserver): Promise<void> => {
    const tapped = async () => train.taps(names, step, (await batches.batch(step)).feed);
    const taps = names.length > 0 ? await placed(tapped) : {};
    const tensors = async () => asTensors(await readAll(weightsOf(backend, state, traced)));
    await onStep({ id: checkpointName(step), step, tensors }, taps);
  };
  try {
    const begin = saved?.step ?? 0;
    for (const { onStart } of observers) await onStart?.(begin);
    let activatedRatio: number | null = null;
    for (let step = begin; ; step++) {
      await eventTurn();
      const evaluates = isEvaluationStep(recipe, step);
      const isKept = isCheckpointStep(recipe, step);
      if (isKept || evaluates || signal?.aborted) await saveAt(step);
      signal?.throwIfAborted();
      if (evaluates) await note({ step, split: "test", ...(await test.at(step, signal)) });
      if (isKept) await saveCheckpointAt(step);
      for (const each of observers) if (step % each.every === 0 || step === steps) await show(step, each);
      if (step === steps) break;

      const { feed } = await batches.batch(step);
      const measured = isLogStep(recipe, step) ? await train.measuredStep(step, feed) : null;
      const loss = measured?.loss ?? (await train.step(step, feed));
      requireFiniteLoss(loss, step, updating.rate(step), folder, recipe);
      if (measured) {
        activatedRatio = measured.activatedRatio;
        await note({ step, split: "train", ...measured });
      }
      options.onProgress?.({ step: step + 1, steps, loss, activatedRatio });
    }
    await log.sync();
  } finally {
    train.dispose();
    test.dispose();
    for (const tensor of state.values()) backend.free(tensor);
    await log.close();
  }
  return { out: folder.path, steps, ...last, checkpoint: folder.checkpoint(steps) };
}

/** Does what takes a backend's memory. @throws {UsageError} If there is not enough of it. */
async function placed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    throw new UsageError(
      `the run doesn't fit into memory: ${error.message}. A smaller batchSize needs less.`,
      {
        cause: error,
      },
    );
  }
}
