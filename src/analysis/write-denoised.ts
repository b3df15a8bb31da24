import { type Checkpoint, pathOfFile } from "../checkpoint/checkpoint.ts";
import { bytesPerEntry, isPlain } from "../checkpoint/decode.ts";
import { isWritable } from "../checkpoint/encode.ts";
import type { OpenOptions } from "../checkpoint/place.ts";
import { type StreamedTensor, streamSafetensors } from "../checkpoint/safetensors-writer.ts";
import { openCheckpoints } from "../checkpoint/series.ts";
import { storedBytes } from "../checkpoint/stored-bytes.ts";
import type { Dtype, PlainDtype, Tensor } from "../checkpoint/tensor.ts";
import { UnreadableInputError, UsageError } from "../errors.ts";
import type { PredictedError } from "../fits/predicted-error.ts";
import { optimalShrinkage, type ShrinkageAdvice } from "../fits/shrinkage.ts";
import type { ShrinkageLoss } from "../fits/shrinkers.ts";
import type { Layer } from "../layers/layer.ts";
import { type LayerOptions, layersOf } from "../layers/layers-of.ts";
import { denoisedBytes } from "./denoised-bytes.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";
import { version } from "./version.ts";

/** A layer that was replaced by its denoised matrix. */
export interface DenoisedLayer {
  readonly layer: string;
  /** Directions kept. */
  readonly rank: number;
  /** Directions that the optimal hard threshold would keep. */
  readonly hardThresholdRank: number;
  /** s of the bulk that was taken out, in the unit of the weights. */
  readonly scale: number;
  readonly predictedError: PredictedError;
  /** Squared Frobenius norm over that of the layer as it was, in [0, 1]. */
  readonly energyKept: number;
  /** Outliers under the bulk, which were lost; null where they were not looked for. */
  readonly outliersBelow: number | null;
}

/** What was written. */
export interface DenoisedSummary {
  readonly tool: "marchenko";
  readonly version: string;
  readonly loss: ShrinkageLoss;
  readonly denoised: readonly DenoisedLayer[];
  /** Analysed layers that are as they were, and why. */
  readonly leftAsTheyAre: readonly { readonly layer: string; readonly reason: string }[];
}

export interface DenoiseOptions extends OpenOptions {
  /** The error that is to be least; "frobenius" by default. */
  readonly loss?: ShrinkageLoss;
  /** Seed of the vectors that the search for singular vectors starts from; 0 by default. */
  readonly seed?: number | string;
  /** Whether the analysis kept matrices that were joined in one tensor as one; false by default. */
  readonly keepFused?: boolean;
  /** Ends the writing between two layers when aborted; no file is left then. */
  readonly signal?: AbortSignal;
}

/**
 * Refuses, from the headers alone, what {@link writeDenoised} would not write.
 *
 * @throws {UsageError} If the paths hold more than one checkpoint, or the output is one of its files.
 */
export async function requireDenoisable(
  paths: readonly string[],
  output: string,
  options: OpenOptions = {},
): Promise<void> {
  const opened: Checkpoint[] = [];
  try {
    for (const path of paths) opened.push(...(await openCheckpoints(path, options)).checkpoints);
    await theOnly(opened, output);
  } finally {
    for (const checkpoint of opened) await checkpoint.close();
  }
}

/**
 * Writes a checkpoint once more, with the noise of its layers taken out.
 *
 * Layers of the verdict "noise-with-spikes", whose bulk passes for Marchenko-Pastur, become the low-rank matrices
 * of {@link optimalShrinkage}, in their own dtype. All else is copied bit for bit. The file has the metadata of the
 * checkpoint, and the summary as JSON under `marchenko.denoised`.
 *
 * Held at a time: one matrix, and two more of its size in float64 for its singular vectors; of a tensor whose matrices
 * take turns, its bytes too.
 *
 * @param path - of one checkpoint: a file, or a model folder.
 * @param result - what `analyze` says of it.
 * @param output - where the safetensors file goes; its folder exists, a file of that name is replaced when the new one
 *   is complete.
 * @returns what was done to which layer.
 * @throws {UsageError} If the path holds more than one checkpoint, or the output is one of its files;
 *   {UnreadableInputError} If the checkpoint is not the one that was analysed.
 */
export async function writeDenoised(
  path: string,
  result: CheckpointResult,
  output: string,
  options: DenoiseOptions = {},
): Promise<DenoisedSummary> {
  const { checkpoints } = await openCheckpoints(path, options);
  try {
    const checkpoint = await theOnly(checkpoints, output);
    const tensors = checkpoint.tensors();
    const { advice, summary } = adviseAll(result.layers, options.loss ?? "frobenius");
    const matrices = matricesByTensor(tensors, {
      config: await checkpoint.config(),
      keepFused: options.keepFused ?? false,
    });
    requireSame(path, result.layers, matrices, advice);
    const origins = originsOf(tensors);
    const written = tensors.map((tensor): StreamedTensor => {
      const own = matrices.get(origins.get(tensor)!.name) ?? [];
      const isReplaced = own.some(({ layer }) => advice.has(layer));
      return {
        name: tensor.name,
        shape: tensor.shape,
        dtype: plainDtype(path, tensor),
        bytes: () => (isReplaced ? denoisedBytes(tensor, own, advice, options) : storedBytes(tensor)),
      };
    });
    const metadata = { ...checkpoint.metadata, "marchenko.denoised": JSON.stringify(summary) };
    await streamSafetensors(output, written, metadata);
    return summary;
  } finally {
    for (const checkpoint of checkpoints) await checkpoint.close();
  }
}

/** @throws {UnreadableInputError} If the entries are packed in a way that safetensors has no name for. */
function plainDtype(path: string, { name, dtype }: Tensor): PlainDtype {
  if (isPlain(dtype)) return dtype;
  throw new UnreadableInputError(
    `${path}: expected dtypes that safetensors has (${Object.keys(bytesPerEntry).join(", ")}), ` +
      `got ${dtype} of ${name}. Denoise the checkpoint that it was quantised from.`,
  );
}

async function theOnly(checkpoints: readonly Checkpoint[], output: string): Promise<Checkpoint> {
  const [checkpoint] = checkpoints;
  if (!checkpoint || checkpoints.length > 1) {
    throw new UsageError(
      `can write one denoised checkpoint, got ${checkpoints.length}: name a single file or model folder`,
    );
  }
  const { stat } = await import("node:fs/promises");
  const identity = async (path: string) => {
    const found = await stat(path, { bigint: true }).catch(() => null);
    return found?.isFile() ? `${found.dev} ${found.ino}` : null;
  };
  const target = await identity(output);
  for (const file of [checkpoint.path, ...checkpoint.files.map((name) => pathOfFile(checkpoint, name))]) {
    if (target !== null && target === (await identity(file))) {
      throw new UsageError(`${output} is a file of the checkpoint that is read: write to another one`);
    }
  }
  return checkpoint;
}

/** The advice for each layer that is to be replaced, and the reason for each that is not. */
function adviseAll(
  layers: readonly LayerResult[],
  loss: ShrinkageLoss,
): { advice: Map<string, ShrinkageAdvice>; summary: DenoisedSummary } {
  const advice = new Map<string, ShrinkageAdvice>();
  const denoised: DenoisedLayer[] = [];
  const leftAsTheyAre: { layer: string; reason: string }[] = [];
  for (const layer of layers.filter(({ status }) => status === "analysed")) {
    const given = adviceFor(layer, loss);
    if (typeof given === "string") {
      leftAsTheyAre.push({ layer: layer.layer, reason: given });
      continue;
    }
    advice.set(layer.layer, given);
    denoised.push({
      layer: layer.layer,
      rank: given.rank,
      hardThresholdRank: given.hardThreshold.rank,
      scale: layer.marchenkoPastur!.scale,
      predictedError: given.predictedError,
      energyKept: given.energyKept,
      outliersBelow: given.outliersBelow,
    });
  }
  return { advice, summary: { tool: "marchenko", version, loss, denoised, leftAsTheyAre } };
}

/** What to make of a layer, or why it stays as it is. */
function adviceFor(layer: LayerResult, loss: ShrinkageLoss): ShrinkageAdvice | string {
  const { spectrum, marchenkoPastur: fit, metrics, verdict, dtype } = layer;
  if (layer.tensors) return "several tensors make its matrix, and none of them is to be replaced";
  if (verdict === "noise-like") return "noise-like: nothing stands out, it would become zero";
  if (verdict !== "noise-with-spikes" || !fit || !spectrum)
    return `${verdict}: no noise to take out is known`;
  if (fit.spikes.length === 0) return "nothing stands out above the bulk, it would become zero";
  if (!isWritable(dtype as Dtype)) return `its dtype ${dtype} is not written`;
  const larger = Math.max(spectrum.rows, spectrum.columns);
  const given = optimalShrinkage(
    fit.spikes.map(({ singularValue }) => singularValue),
    larger,
    Math.round(fit.aspectRatio * larger),
    fit.scale,
    {
      loss,
      scaleStandardError: fit.scaleStandardError,
      spikesBelow: fit.spikesBelow?.length ?? null,
      ...(typeof metrics?.frobeniusNorm === "number" && { frobeniusNorm: metrics.frobeniusNorm }),
    },
  );
  return given.rank > 0
    ? given
    : `no direction is worth keeping under the ${loss} loss, it would become zero`;
}

/** The matrices of each tensor, in the order in which it holds them. */
function matricesByTensor(tensors: readonly Tensor[], options: LayerOptions): Map<string, Layer[]> {
  const byTensor = new Map<string, Layer[]>();
  for (const layer of layersOf(tensors, options)) {
    if (!layer.matrixShape) continue;
    const own = byTensor.get(layer.tensor);
    if (own) own.push(layer);
    else byTensor.set(layer.tensor, [layer]);
  }
  return byTensor;
}

/** Tied tensors are the same entries, and become the same: each with the first of its storage. */
function originsOf(tensors: readonly Tensor[]): Map<Tensor, Tensor> {
  const first = new Map<string, Tensor>();
  return new Map(
    tensors.map((tensor) => {
      if (tensor.storage === null) return [tensor, tensor];
      const key = JSON.stringify([tensor.storage, tensor.shape, tensor.dtype]);
      const origin = first.get(key) ?? tensor;
      first.set(key, origin);
      return [tensor, origin];
    }),
  );
}

/** @throws {UnreadableInputError} If a layer with advice is no longer there, or another. */
function requireSame(
  path: string,
  results: readonly LayerResult[],
  matrices: ReadonlyMap<string, readonly Layer[]>,
  advice: ReadonlyMap<string, ShrinkageAdvice>,
): void {
  for (const { layer, tensor, shape, dtype } of results.filter((each) => advice.has(each.layer))) {
    const now = matrices.get(tensor)?.find((each) => each.layer === layer);
    if (now && now.dtype === dtype && String(now.shape) === String(shape)) continue;
    throw new UnreadableInputError(
      `${path} changed since it was analysed: expected ${layer} of ${dtype} [${shape}], ` +
        `got ${now ? `${now.dtype} [${now.shape}]` : "no such layer"}. Run again once it is written.`,
    );
  }
}
