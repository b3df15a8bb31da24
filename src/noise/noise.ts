import type { Provenance } from "../analysis/result.ts";
import { schemaVersion, version } from "../analysis/version.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Backend } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { openCheckpoints } from "../checkpoint/series.ts";
import { UsageError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { layersOf } from "../layers/layers-of.ts";
import { frozenModel } from "../measure/frozen-model.ts";
import type { MeasuredPart } from "../measure/measured-part.ts";
import { recipeOfCheckpoint } from "../measure/recipe-of-checkpoint.ts";
import { fastestEngine } from "../spectrum/wasm-engine.ts";
import { type PreparedRecipe, prepareRecipe } from "../train/prepare-recipe.ts";
import type { Recipe } from "../train/recipe.ts";
import { layersNoise, type MeasuredNoise, type NoiseSettings } from "./checkpoint-noise.ts";
import { effectiveSteps } from "./effective-steps.ts";
import { type NoiseLayer, noiseLayers } from "./noise-layers.ts";
import { noiseQuantities } from "./quantities.ts";
import type { NoiseCheckpoint, NoiseLayerResult, NoiseResult } from "./result.ts";
import { spectralBounds } from "./spectral-bounds.ts";

/** What shapes the measurement of gradient noise. */
export interface NoiseOptions {
  /** In the place of what the checkpoint tells of itself. */
  readonly recipe?: Recipe | undefined;
  /** A data set's name, `NAME:PATH`, or a path, in the place of the recipe's. */
  readonly data?: string | undefined;
  /** "train" by default. */
  readonly part?: "train" | "test" | undefined;
  /** Batches at most, at least 4: every other one for covariances; 64 by default. */
  readonly batches?: number | undefined;
  /** Examples of a batch; the recipe's by default. */
  readonly batchSize?: number | undefined;
  /** Whether covariances are about the mean; false by default. */
  readonly centred?: boolean | undefined;
  /** Of signs, references, simulations and bootstraps; 0 by default. */
  readonly seed?: number | undefined;
  /** What gradients are computed on; a WebAssembly backend of one thread by default. */
  readonly backend?: Backend | undefined;
  /** Told before each group of layers. */
  readonly onProgress?: (event: NoiseProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How far a measurement is. */
export interface NoiseProgress {
  readonly checkpoint: string;
  /** Share that is done, in [0, 1). */
  readonly share: number;
  readonly layer: string;
}

const usualBatches = 64;
const fewestBatches = 4;
/** Entries that layers may hold at once: gradients and their sums, references, covariances (half a gigabyte). */
const mostEntries = 1 << 26;

/**
 * Stochastic gradient noise of the MLP matrices at frozen checkpoints: spectra of noise matrices against laws of random
 * matrices, anisotropy of features and gradients, and the tails of its entries.
 *
 *     N_k = G_k - mean_k G_k,   G_k the gradient of the mean over batch k of its examples' losses
 *
 * Every other batch is for the noise, the others for the covariances by which it is whitened and predicted.
 *
 * @param path - a checkpoint, or a folder of a run's checkpoints, which makes trajectories.
 * @returns what the JSON of `marchenko noise` holds.
 * @throws {UsageError} If the model can't be rebuilt, has no MLP block, or there are fewer than 4 whole batches;
 *   {UnreadableInputError} If a file can't be read, or gradients are not finite.
 * @source the question: Peng, Qi, Shi & Gao 2023, arXiv 2309.03004; for laws and estimators see their own files.
 */
export async function gradientNoise(path: string, options: NoiseOptions = {}): Promise<NoiseResult> {
  const { seed = 0, part = "train", batches = usualBatches, centred = false } = options;
  if (!(Number.isInteger(batches) && batches >= fewestBatches)) {
    throw new UsageError(
      `batches: noise takes a whole number of at least ${fewestBatches}, half for the noise and half for covariances; got ${batches}.`,
    );
  }
  const opened = await openCheckpoints(path);
  const backend = options.backend ?? (await wasmBackend());
  try {
    const found = await recipeOfCheckpoint(opened.checkpoints[0]!, options);
    const own = options.batchSize ?? found.recipe.batchSize;
    const prepared = await prepareRecipe({ ...found.recipe, batchSize: own });
    const model = frozenModel(backend, prepared);
    try {
      const measured = model.part(part, { batches });
      const { noisePlaces, heldOutPlaces, warnings } = await splitOf(measured);
      const layers = noiseLayers(measured);
      if (layers.length === 0) throw new UsageError(`${path}: its model has no MLP block to measure.`);
      const settings = { seed, centred, noisePlaces, heldOutPlaces, simulated: new Map() };
      const checkpoints: NoiseCheckpoint[] = [];
      for (const [place, checkpoint] of opened.checkpoints.entries()) {
        await model.load(checkpoint.path, checkpoint.step ?? 0);
        const report = (layer: string, share: number) =>
          options.onProgress?.({
            checkpoint: checkpoint.id,
            layer,
            share: (place + share) / opened.checkpoints.length,
          });
        const measuredLayers = await inGroups(measured, layers, settings, report, options.signal);
        const trained = { ...prepared, batchSize: found.recipe.batchSize };
        checkpoints.push(
          checkpointResult(checkpoint, measured, settings, named(checkpoint, measuredLayers, trained)),
        );
      }
      return {
        type: "noise",
        schemaVersion,
        provenance: provenance(opened.checkpoints, prepared.recipe, backend, {
          part,
          batches,
          batchSize: own,
          centred,
          seed,
          recipeFrom: found.from,
        }),
        warnings: [...warnings, ...gaps(checkpoints)],
        checkpoints,
        ...(opened.series && { trajectories: trajectories(checkpoints) }),
      };
    } finally {
      model.dispose();
    }
  } finally {
    for (const checkpoint of opened.checkpoints) await checkpoint.close();
    if (!options.backend) await backend.dispose();
  }
}

/** Every other whole batch for the noise, the others held out. */
async function splitOf(part: MeasuredPart) {
  const last = await part.batch(part.count - 1);
  const isWhole = last.examples === part.batchSize;
  const count = isWhole ? part.count : part.count - 1;
  if (count < fewestBatches) {
    throw new UsageError(
      `noise needs ${fewestBatches} whole batches at least, and the ${part.part} part has ${count} of ${part.batchSize} examples: give a smaller --batch-size, or more --batches.`,
    );
  }
  const places = Array.from({ length: count }, (_, place) => place);
  return {
    noisePlaces: places.filter((place) => place % 2 === 0),
    heldOutPlaces: places.filter((place) => place % 2 === 1),
    warnings: isWhole
      ? []
      : [`the last batch of the ${part.part} part has ${last.examples} examples, and is left out`],
  };
}

/** Layers by as many at once as memory is meant to hold. */
async function inGroups(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  settings: NoiseSettings,
  report: (layer: string, share: number) => void,
  signal: AbortSignal | undefined,
): Promise<MeasuredNoise[]> {
  const measured: MeasuredNoise[] = [];
  while (measured.length < layers.length) {
    const rest = layers.slice(measured.length);
    let entries = 0;
    const over = rest.findIndex((layer) => {
      entries += entriesOf(layer);
      return entries > mostEntries;
    });
    const group = rest.slice(0, over === -1 ? rest.length : Math.max(1, over));
    signal?.throwIfAborted();
    report(group[0]!.tensor, measured.length / layers.length);
    measured.push(...(await layersNoise(part, group, settings)));
  }
  return measured;
}

/** What a layer holds at once: twelve matrices of its shape, and three of each covariance. */
function entriesOf({ shape, vectors }: NoiseLayer): number {
  return 12 * sizeOf(shape) + vectors.reduce((sum, { width }) => sum + 3 * width ** 2, 0);
}

/** Layers as an analysis of the checkpoint names them, with what follows from the recipe. */
function named(
  checkpoint: Checkpoint,
  measured: readonly MeasuredNoise[],
  trained: PreparedRecipe & { readonly batchSize: number },
): NoiseLayerResult[] {
  const known = new Map<string, Layer>(layersOf(checkpoint.tensors()).map((layer) => [layer.tensor, layer]));
  return measured.map(({ tensor, reasons, ...numbers }) => {
    const {
      layer = tensor,
      kind = "dense",
      role = null,
      block = null,
      depth = null,
    } = known.get(tensor) ?? {};
    const bounds = boundsOf(checkpoint.step, numbers.anisotropy.inputs, trained);
    const why = typeof bounds === "string" ? { ...reasons, spectralBounds: bounds } : reasons;
    const spectral = typeof bounds === "string" ? null : bounds;
    return { tensor, layer, kind, role, block, depth, ...numbers, spectralBounds: spectral, reasons: why };
  });
}

/** The bounds of the paper's code at a step of the run, or why there are none. */
function boundsOf(
  step: number | null,
  inputs: NoiseLayerResult["anisotropy"]["inputs"],
  { ingredients, batchSize }: PreparedRecipe & { readonly batchSize: number },
): NoiseLayerResult["spectralBounds"] | string {
  if (step === null || step < 1) return "no steps were made, or their number isn't known";
  if (!inputs) return "the inputs have no anisotropy";
  const { learningRate, weightDecay } = ingredients.updating.options;
  if (!(learningRate > 0 && learningRate * weightDecay < 1)) return "the recipe has no learning rate";
  const effective = effectiveSteps(learningRate, weightDecay);
  const samples = batchSize * Math.min(step, Math.max(1, effective));
  const { aspectRatio, real, imaginary } = spectralBounds(inputs.order, samples, inputs);
  return {
    steps: step,
    effectiveSteps: Number.isFinite(effective) ? effective : null,
    aspectRatio,
    real,
    imaginary,
  };
}

function checkpointResult(
  { id, step, epoch, path }: Checkpoint,
  { part, batchSize }: MeasuredPart,
  { noisePlaces, heldOutPlaces }: NoiseSettings,
  layers: NoiseLayerResult[],
): NoiseCheckpoint {
  return {
    id,
    step,
    epoch,
    path,
    part,
    batchSize,
    batches: noisePlaces.length,
    heldOutBatches: heldOutPlaces.length,
    layers,
  };
}

function provenance(
  checkpoints: readonly Checkpoint[],
  recipe: Recipe,
  backend: Backend,
  { seed, ...configuration }: { readonly seed: number } & Record<string, unknown>,
): Provenance {
  return {
    tool: "marchenko",
    version,
    schema: "marchenko/schema/noise.json",
    configuration: { ...configuration, recipe },
    seed,
    // Results don't depend on the number of threads, which a backend's name ends with.
    engine: `${backend.name.split(",")[0]}; spectra ${fastestEngine().id}`,
    files: checkpoints.flatMap(({ path, files, tensors }) => {
      const sizeBytes = Array.from(tensors()).reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
      return [
        { path: files.length === 1 && !path.endsWith(files[0]!) ? `${path}/${files[0]}` : path, sizeBytes },
      ];
    }),
    run: {},
  };
}

/** Why numbers are null, a sentence a cause. */
function gaps(checkpoints: readonly NoiseCheckpoint[]): string[] {
  const layersOfCause = new Map<string, string[]>();
  for (const { id, layers } of checkpoints) {
    for (const { layer, reasons } of layers) {
      for (const [what, why] of Object.entries(reasons)) {
        const cause = `${id}: no ${what}: ${why}`;
        layersOfCause.set(cause, [...(layersOfCause.get(cause) ?? []), layer]);
      }
    }
  }
  return Array.from(
    layersOfCause,
    ([cause, names]) => `${cause} (${names.length} layers, first ${names[0]})`,
  );
}

/** Every quantity of every layer over the checkpoints. */
function trajectories(checkpoints: readonly NoiseCheckpoint[]): NoiseResult["trajectories"] {
  const names = checkpoints[0]!.layers.map(({ layer }) => layer);
  const steps = checkpoints.map(({ step, epoch }, place) => step ?? epoch ?? place);
  return names.map((name) => {
    const own = checkpoints.map(({ layers }) => layers.find(({ layer }) => layer === name));
    return {
      layer: name,
      steps,
      values: Object.fromEntries(
        noiseQuantities.map(({ id, value }) => [id, own.map((layer) => (layer ? value(layer) : null))]),
      ),
    };
  });
}
