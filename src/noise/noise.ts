import { openSources } from "../analysis/open-sources.ts";
import { schemaVersion, version } from "../analysis/version.ts";
import { sizeOf } from "../autodiff/shape.ts";
import { type Backend, OutOfMemoryError } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import type { Tensor } from "../checkpoint/tensor.ts";
import { NothingToAnalyzeError, UsageError } from "../errors.ts";
import { layersOf } from "../layers/layers-of.ts";
import { checkpointStep } from "../measure/checkpoint-step.ts";
import { commonRecipe } from "../measure/common-recipe.ts";
import { type FrozenModel, frozenModel } from "../measure/frozen-model.ts";
import type { MeasuredPart } from "../measure/measured-part.ts";
import { engineOf } from "../measure/measurement-provenance.ts";
import type { ToldOfCheckpoint } from "../measure/recipe-of-checkpoint.ts";
import { seriesWeights } from "../measure/series-weights.ts";
import type { Traced } from "../models/model.ts";
import { fastestEngine } from "../spectrum/wasm-engine.ts";
import { type PreparedRecipe, prepareRecipe } from "../train/prepare-recipe.ts";
import { layersNoise, type MeasuredNoise, type NoiseSettings } from "./checkpoint-noise.ts";
import { effectiveSteps } from "./effective-steps.ts";
import { noDistances } from "./laws/compare-laws.ts";
import { type NoiseLayer, noiseLayers } from "./noise-layers.ts";
import { noiseQuantities } from "./quantities.ts";
import type { NoiseCheckpoint, NoiseLayerResult, NoiseResult } from "./result.ts";
import { spectralBounds } from "./spectral-bounds.ts";

/** What shapes the measurement of gradient noise. */
export interface NoiseOptions extends ToldOfCheckpoint, OpenOptions {
  /** "train" by default. */
  readonly part?: "train" | "test" | undefined;
  /** Batches at most, at least 4: every other one for covariances; 64 by default. */
  readonly batches?: number | undefined;
  /** Examples of a batch; the recipe's by default. */
  readonly batchSize?: number | undefined;
  /** Whether covariances are about the mean; false by default. */
  readonly centred?: boolean | undefined;
  /** Of the order of batches, of signs, references, simulations and bootstraps; the recipe's by default. */
  readonly seed?: number | undefined;
  /** What computes gradients; WebAssembly by default, given back at the end. One that is given stays the caller's. */
  readonly backend?: Backend | undefined;
  /** Threads of the backend by default; 1. The result doesn't depend on it. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how far the whole of it is, a share in [0, 1), before each group of layers. */
  readonly onProgress?: ((share: number, title: string) => void) | undefined;
  /** Given a result of what is finished, after each checkpoint of a series; it waits for it. */
  readonly onMeasured?: ((done: NoiseResult) => void | Promise<void>) | undefined;
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
 * @param input - a checkpoint, a folder of them (a series), or several; all of one model and the same data.
 * @returns what the JSON of `marchenko noise` holds. Of several checkpoints, damaged ones are left out with a warning.
 * @throws {UsageError} If the model can't be rebuilt, or there are fewer than 4 whole batches; {NothingToAnalyzeError} If
 *   the model has no MLP block; {UnreadableInputError} If a file can't be read, or gradients are not finite.
 * @source the question: Peng, Qi, Shi & Gao 2023, arXiv 2309.03004; for laws and estimators see their own files.
 */
export async function gradientNoise(
  input: string | readonly string[],
  options: NoiseOptions = {},
): Promise<NoiseResult> {
  const { part = "train", batches = usualBatches, centred = false } = options;
  if (!(Number.isInteger(batches) && batches >= fewestBatches)) {
    throw new UsageError(
      `batches: noise takes a whole number of at least ${fewestBatches}, half for the noise and half for covariances; got ${batches}.`,
    );
  }
  const { sources, isSeries, close } = await openSources(input, { ...options, seriesAlone: true });
  let backend: Backend | null = null;
  let model: FrozenModel | null = null;
  try {
    const { recipe, from } = await commonRecipe(sources, options);
    const { seed } = recipe;
    const batchSize = options.batchSize ?? recipe.batchSize;
    const prepared = await prepareRecipe({ ...recipe, batchSize });
    const trained = { ...prepared, batchSize: recipe.batchSize };
    backend = options.backend ?? (await wasmBackend({ threads: options.threads ?? 1 }));
    model = frozenModel(backend, prepared);
    const measured = model.part(part, { batches });
    const layers = noiseLayers(measured);
    if (layers.length === 0) {
      throw new NothingToAnalyzeError(
        `${sources[0]!.path}: the model has no MLP block, so there is no noise to measure.`,
      );
    }
    const { noisePlaces, heldOutPlaces, warnings } = await splitOf(measured);
    const settings = { seed, centred, noisePlaces, heldOutPlaces, simulated: noDistances() };
    const checkpoints: NoiseCheckpoint[] = [];
    const weights = seriesWeights(model, sources.length);
    const engine = engineOf(backend);
    const resultOf = (done: NoiseCheckpoint[]): NoiseResult => ({
      type: "noise",
      schemaVersion,
      provenance: {
        tool: "marchenko",
        version,
        schema: "marchenko/schema/noise.json",
        configuration: { recipe: recipe.name, recipeFrom: from, part, batches, batchSize, centred },
        seed,
        engine: `${engine}; spectra ${fastestEngine().id}`,
        files: sources.flatMap(({ files }) => [...files]),
        run: {},
      },
      warnings: [...weights.warnings, ...warnings, ...gaps(done)],
      checkpoints: done,
      ...(isSeries && { trajectories: trajectories(done) }),
    });
    for (const [place, source] of sources.entries()) {
      const { id, epoch, path } = source;
      const step = checkpointStep(source);
      if (!(await weights.load(source))) continue;
      const report = (share: number, layer: string) =>
        options.onProgress?.((place + share) / sources.length, `${id}: ${layer}`);
      const found = await inGroups(measured, layers, settings, report, options.signal);
      checkpoints.push({
        id,
        step,
        epoch,
        path,
        part,
        batchSize,
        batches: noisePlaces.length,
        heldOutBatches: heldOutPlaces.length,
        layers: named(await source.source.tensors(), measured.traced, step, found, trained),
      });
      if (place + 1 < sources.length) await options.onMeasured?.(resultOf([...checkpoints]));
    }
    if (checkpoints.length === 0) weights.requireOne();
    return resultOf(checkpoints);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    const advice = "Give a smaller --batch-size.";
    throw new UsageError(`the noise doesn't fit into memory: ${error.message}. ${advice}`, { cause: error });
  } finally {
    model?.dispose();
    if (!options.backend) await backend?.dispose();
    await close();
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
  report: (share: number, layer: string) => void,
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
    report(measured.length / layers.length, group[0]!.tensor);
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
  tensors: Iterable<Tensor>,
  { parameters }: Pick<Traced, "parameters">,
  step: number | null,
  measured: readonly MeasuredNoise[],
  trained: PreparedRecipe & { readonly batchSize: number },
): NoiseLayerResult[] {
  const known = new Map(layersOf(tensors, { keepFused: true }).map((layer) => [layer.tensor, layer]));
  // A file may hold a parameter under another of its names.
  const layerOf = (name: string) =>
    [name, ...(parameters.get(name)?.spec.aliases ?? [])]
      .map((each) => known.get(each))
      .find((found) => found !== undefined);
  return measured.map(({ tensor, reasons, ...numbers }) => {
    const { layer = tensor, kind = "dense", role = null, block = null, depth = null } = layerOf(tensor) ?? {};
    const bounds = boundsOf(step, numbers.anisotropy.inputs, trained);
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
