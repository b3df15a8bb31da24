import type { Backend } from "../backends/backend.ts";
import type { Tensor } from "../checkpoint/tensor.ts";
import { UsageError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import type { Traced } from "../models/model.ts";
import { loadWeights, weightsOf } from "../train/load-weights.ts";
import type { PreparedRecipe } from "../train/prepare-recipe.ts";
import { stepInputs } from "../train/step-inputs.ts";
import type { RunState } from "../train/weights.ts";
import type { MeasuredPart } from "./measured-part.ts";

/** What to do where a checkpoint isn't of the recipe's model. */
const otherRecipe = "Give the recipe that it was trained by, by --recipe FILE.";

/** How much of a part is measured. */
export interface PartOptions {
  /** Batches at most: all of the test part, and of the training part one epoch, by default. */
  readonly batches?: number | undefined;
}

/** A model that runs with the weights of one checkpoint after another, on the data of its recipe. */
export interface FrozenModel {
  /**
   * Puts a checkpoint's weights in: every part sees them.
   *
   * @param step - updates made; 0 where it isn't known. @param tensors - its own, where it is open already.
   */
  load(path: string, step: number, tensors?: Iterable<Tensor>): Promise<void>;
  /** Puts the weights of a model in training in, by their names in a checkpoint of its. @param step - updates made. */
  take(tensors: Iterable<Tensor>, step: number): Promise<void>;
  /** Draws weights as the recipe's run begins with them. */
  draw(): void;
  /** Batches of a part: those of the test in the data's order, those of training in an epoch's, augmented as in training. */
  part(part: "train" | "test", options?: PartOptions): MeasuredPart;
  /** Gives the weights' arrays back; the backend is the caller's. */
  dispose(): void;
}

/**
 * Rebuilds the model of a recipe, without the draws of training.
 *
 * @param prepared - of `prepareRecipe`: its data are loaded.
 */
export function frozenModel(backend: Backend, { recipe, ingredients }: PreparedRecipe): FrozenModel {
  const { seed, labelSmoothing, batchSize } = recipe;
  const options = { batchSize, training: false, labelSmoothing };
  const traced = ingredients.model.trace(options);
  const { parameters } = traced;
  let disturbedOnce: Traced | null = null;
  const disturbed = () => {
    disturbedOnce ??= ingredients.model.trace({ ...options, disturbed: true });
    return disturbedOnce;
  };
  const state: RunState = new Map(
    Array.from(parameters, ([name, { spec }]) => [name, backend.alloc(spec.shape)]),
  );
  let at = 0;
  const draw = () => {
    for (const [name, { spec }] of parameters) {
      backend.write(state.get(name)!, spec.initial(randomStream(seed, ["initial", name]), spec.shape));
    }
    at = 0;
  };
  return {
    async load(path, step, tensors) {
      const weights = tensors
        ? await weightsOf(path, tensors, traced, [], otherRecipe)
        : await loadWeights(path, traced, [], otherRecipe);
      draw();
      for (const [name, entries] of weights) backend.write(state.get(name)!, entries);
      at = step;
    },
    async take(tensors, step) {
      for (const tensor of tensors) {
        const own = state.get(tensor.name);
        if (own) backend.write(own, await tensor.read());
      }
      at = step;
    },
    draw,
    part(part, { batches: most = Number.POSITIVE_INFINITY } = {}) {
      const batches =
        part === "train" ? ingredients.batches.training(traced) : ingredients.batches.testing(traced);
      const count = Math.min(batches.count, most);
      if (!(count >= 1)) {
        throw new UsageError(
          `batches: the ${part} part has ${batches.count}, and at least 1 is measured; got ${most}.`,
        );
      }
      const program = {
        outputs: { loss: traced.loss, accuracy: traced.accuracy, ...Object.fromEntries(traced.taps) },
      };
      const numbers = stepInputs(program, traced, traced.scheduled, seed);
      const batch = async (place: number) => {
        const { feed, examples } = await batches.batch(place);
        return { feed: { ...feed, ...numbers(at) }, examples };
      };
      const { activityOf } = ingredients.model;
      const { pixels } = ingredients.batches;
      return {
        part,
        backend,
        state,
        traced,
        disturbed,
        activityOf,
        batchSize,
        pixels,
        count,
        batch,
        seed,
      };
    },
    dispose() {
      for (const tensor of state.values()) backend.free(tensor);
    },
  };
}
