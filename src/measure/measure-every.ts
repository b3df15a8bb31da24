import type { Backend } from "../backends/backend.ts";
import { linesByStep } from "../train/lines-by-step.ts";
import type { TrainObserver } from "../train/observer.ts";
import { type PreparedRecipe, prepareRecipe } from "../train/prepare-recipe.ts";
import { layerQuantities, measuredValue } from "./average.ts";
import { type FrozenModel, frozenModel } from "./frozen-model.ts";
import { chooseGroups, type GroupChoice, meterIds } from "./groups.ts";
import { measurePart } from "./measure-part.ts";
import { placedLayers } from "./placed-layers.ts";
import { parts } from "./result.ts";

/** What shapes measurements while training. */
export interface MeasureEveryOptions extends GroupChoice {
  /** Batches of each part: the recipe's `evaluateBatches` by default, else as many as its test part has. */
  readonly batches?: number | undefined;
}

/**
 * An observer that measures a model while it is trained, and appends to `measurements.ndjson` in the run's folder: for
 * each part a line of the whole with `step`, `part`, `layer` null and `values` (loss, crossEntropy, accuracy), and a line
 * a block with its `layer` and `values`, every number by its path. By default the meters alone are run.
 *
 * A run that is resumed drops the lines from its step on, and writes them again.
 *
 * @param every - steps from one measurement to the next.
 * @param folder - of the run.
 * @param backend - keeps a second copy of the weights until it is disposed of.
 * @param prepared - of the run.
 */
export function measureEvery(
  every: number,
  folder: string,
  backend: Backend,
  prepared: PreparedRecipe,
  options: MeasureEveryOptions = {},
): TrainObserver {
  const lines = linesByStep(`${folder}/measurements.ndjson`);
  const chosen = chooseGroups({ ...options, only: options.only ?? meterIds });
  const most = options.batches ?? prepared.recipe.evaluateBatches;
  let model: FrozenModel | null = null;
  return {
    every,
    onStart: (step) => lines.begin(step),
    async onStep(source) {
      const { step } = source;
      model ??= frozenModel(backend, await unmixed(prepared));
      const tensors = Array.from(await source.tensors());
      await model.take(tensors, step);
      const batches = most ?? model.part("test").count;
      for (const name of parts) {
        const part = model.part(name, { batches });
        const { loss, crossEntropy, accuracy, layers } = await measurePart(
          part,
          placedLayers(tensors, part.traced),
          chosen,
        );
        const ofLayer = (layer: (typeof layers)[number]) =>
          Object.fromEntries(layerQuantities.map(({ id }) => [id, measuredValue(layer, id)]));
        await lines.append([
          { step, part: name, layer: null, values: { loss, crossEntropy, accuracy } },
          ...layers.map((layer) => ({ step, part: name, layer: layer.layer, values: ofLayer(layer) })),
        ]);
      }
    },
  };
}

/** The same with images as they are: an example that is blended of two has no loss of its own. */
async function unmixed(prepared: PreparedRecipe): Promise<PreparedRecipe> {
  const { imageMixing, finetune: _, ...plain } = prepared.recipe;
  return imageMixing ? await prepareRecipe(plain) : prepared;
}
