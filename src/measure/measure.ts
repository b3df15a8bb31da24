import { openSources } from "../analysis/open-sources.ts";
import { schemaVersion } from "../analysis/version.ts";
import { type Backend, OutOfMemoryError } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import { NothingToAnalyzeError, UsageError } from "../errors.ts";
import { prepareRecipe } from "../train/prepare-recipe.ts";
import { measurementTrajectories } from "./average.ts";
import { checkpointStep } from "./checkpoint-step.ts";
import { commonRecipe } from "./common-recipe.ts";
import { type FrozenModel, frozenModel } from "./frozen-model.ts";
import { chooseGroups, type GroupChoice } from "./groups.ts";
import { type MeasureWatch, measurePart } from "./measure-part.ts";
import { describedModel, measurementProvenance } from "./measurement-provenance.ts";
import { placedLayers } from "./placed-layers.ts";
import type { ToldOfCheckpoint } from "./recipe-of-checkpoint.ts";
import { parts as bothParts, type MeasuredCheckpoint, type MeasurementResult, type Part } from "./result.ts";
import { seriesWeights } from "./series-weights.ts";
import { type PartExecution, timeSparseExecution } from "./sparse-execution/time-sparse-execution.ts";
import { measurementWarnings } from "./warnings.ts";

/** What shapes a measurement. */
export interface MeasureOptions extends ToldOfCheckpoint, GroupChoice, OpenOptions {
  /** Which parts of the data; both by default. */
  readonly parts?: readonly Part[] | undefined;
  /** Batches of a part at most: by default all of the test part, and an epoch of the training part. */
  readonly batches?: number | undefined;
  /** Of the order of training's batches, their augmentation and all that is drawn; the recipe's by default. */
  readonly seed?: number | undefined;
  /** What computes; WebAssembly by default, given back at the end. One that is given stays the caller's. */
  readonly backend?: Backend | undefined;
  /** Threads of the backend by default; 1. The result doesn't depend on it. */
  readonly threads?: number | undefined;
  /**
   * Seconds, from any start: with it each block is timed with and without skipping its inactive neurons, which
   * `provenance.run.sparseExecution` tells of.
   */
  readonly clock?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how far the whole of it is. */
  readonly onProgress?: MeasureWatch["onProgress"];
  /** Given a result of what is finished, after each part of a checkpoint; it waits for it. */
  readonly onMeasured?: ((done: MeasurementResult) => void | Promise<void>) | undefined;
}

/**
 * Measures sparsity, gradients, flatness and robustness of trained checkpoints, on the data of their recipe.
 *
 * The model is rebuilt by the recipe that is given or found with the checkpoint, with the checkpoint's weights and
 * without the draws of training. Everything is of single examples: l is the loss of one, the sum over its labels, and
 * numbers are means over examples with standard errors that take these as independent. Padding examples don't count.
 *
 * @param input - a checkpoint, a folder of them (a series), or several; all of one model and the same data.
 * @returns one entry for each checkpoint and part; what can't be computed is null, with the reason. Of several
 *   checkpoints, damaged ones are left out with a warning.
 * @throws {UsageError} If nothing tells how to rebuild the model, or checkpoint, recipe and data don't fit together.
 * @throws {UnreadableInputError} If a path can't be read; {CheckpointFormatError} If weights are damaged or not finite;
 *   {NothingToAnalyzeError} If the model has no MLP block.
 * @example
 * ```ts
 * import { mkdtemp } from "node:fs/promises";
 * import { composeRecipe, measure, train, wasmBackend } from "marchenko";
 * import { presetsByName } from "marchenko/train";
 *
 * const recipe = composeRecipe({ extends: "digits-vit", steps: 3 }, { presets: presetsByName });
 * const backend = await wasmBackend({ threads: 1 });
 * const { checkpoint } = await train({ recipe, backend, out: await mkdtemp("/tmp/run-") });
 * await backend.dispose();
 *
 * const { checkpoints } = await measure(checkpoint, { parts: ["test"], batches: 1 });
 * checkpoints[0].layers.length; // 3
 * checkpoints[0].layers[0].layer; // "vit.encoder.layer.0.intermediate.dense.weight"
 * Math.abs(checkpoints[0].layers[0].augmentedFlatness.identityDifference) < 1e-5; // true
 * ```
 */
export async function measure(
  input: string | readonly string[],
  options: MeasureOptions = {},
): Promise<MeasurementResult> {
  const { parts = bothParts, batches, clock, signal, onProgress, onMeasured } = options;
  const chosen = chooseGroups(options);
  const { sources, isSeries, close } = await openSources(input, { ...options, seriesAlone: true });
  let backend: Backend | null = null;
  let model: FrozenModel | null = null;
  try {
    const { recipe, from } = await commonRecipe(sources, options);
    const prepared = await prepareRecipe(recipe);
    backend = options.backend ?? (await wasmBackend({ threads: options.threads ?? 1 }));
    model = frozenModel(backend, prepared);
    const weights = seriesWeights(model, sources.length);
    const works = sources.length * parts.length;
    const checkpoints: MeasuredCheckpoint[] = [];
    const executions: PartExecution[] = [];
    const provenance = measurementProvenance(
      sources,
      { recipe: prepared.recipe, from },
      backend,
      chosen,
      options,
    );
    const resultOf = (done: MeasuredCheckpoint[]): MeasurementResult => ({
      type: "measurement",
      schemaVersion,
      provenance: { ...provenance, run: { ...(clock && { sparseExecution: executions }) } },
      warnings: [...weights.warnings, ...measurementWarnings(done)],
      model: describedModel(prepared),
      data: prepared.recipe.data as MeasurementResult["data"],
      checkpoints: done,
      ...(isSeries && { trajectories: measurementTrajectories(done) }),
    });
    for (const source of sources) {
      const { id, path, epoch } = source;
      const step = checkpointStep(source);
      if (!(await weights.load(source))) continue;
      for (const name of parts) {
        const part = model.part(name, { batches });
        const placed = placedLayers(await source.source.tensors(), part.traced);
        if (placed.length === 0) {
          throw new NothingToAnalyzeError(
            `${path}: the model has no MLP block, so there is nothing to measure.`,
          );
        }
        const done = checkpoints.length;
        const told = (share: number, title: string) =>
          onProgress?.((done + share) / works, `${id}, ${name}: ${title}`);
        const measured = await measurePart(part, placed, chosen, { signal, onProgress: told });
        checkpoints.push({ id, step, epoch, path, ...measured });
        if (clock !== undefined) {
          const blocks = await timeSparseExecution(part, { clock, signal });
          executions.push({
            id,
            part: name,
            blocks: blocks.map((each, i) => ({ layer: placed[i]!.layer, ...each })),
          });
        }
        if (checkpoints.length < works) await onMeasured?.(resultOf([...checkpoints]));
      }
    }
    if (checkpoints.length === 0) weights.requireOne();
    return resultOf(checkpoints);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    const advice = "Give a recipe of a smaller batchSize, or measure fewer groups.";
    throw new UsageError(`the measurement doesn't fit into memory: ${error.message}. ${advice}`, {
      cause: error,
    });
  } finally {
    model?.dispose();
    if (!options.backend) await backend?.dispose();
    await close();
  }
}
