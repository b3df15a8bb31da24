import type { RemoteOptions } from "../checkpoint/remote/options.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";
import type { SpectrumMethod } from "../spectrum/spectrum-method.ts";
import type { LayerVectors } from "./analyze-layer.ts";
import type { OpenedSource } from "./open-sources.ts";
import type { ProgressEvent } from "./progress.ts";
import type { CheckpointResult } from "./result.ts";
import type { Shard } from "./shards.ts";
import type { SpectrumCache } from "./spectrum-cache.ts";

/** What a layer is compared with: Gaussian noise of its shape, or also its own entries shuffled. */
export const nullKinds = ["gaussian", "permute"] as const;
export type NullKind = (typeof nullKinds)[number];

/** Leading singular vectors of a layer, and where in the input it stands. */
export interface VectorsEvent extends LayerVectors {
  /** Place of the checkpoint in the input, 0-based. */
  readonly place: number;
}

/** A checkpoint that was found, and the files that hold its tensors. */
export type FoundCheckpoint = Pick<OpenedSource, "id" | "path" | "step" | "epoch" | "files">;

/** What shapes an analysis. */
export interface AnalyzeOptions {
  /** Globs on tensor names; all by default. */
  readonly include?: readonly string[];
  /** Globs on tensor names that are left out. */
  readonly exclude?: readonly string[];
  /** Seed of the simulated noise; 0 by default. */
  readonly seed?: number | string;
  /** "all" keeps every singular value in the result, "summary" (the default) what it takes to draw them. */
  readonly spectra?: "summary" | "all";
  /** Worker threads; 1 by default, which computes in the calling thread. The result is the same. */
  readonly workers?: number;
  /**
   * Bytes that the matrices under way may take together, with what their spectra are computed in; half of the
   * machine's memory by default. Fewer are under way at once where they don't fit.
   */
  readonly maxMemory?: number;
  /** Whether to compute the singular vectors of outliers, and on which coordinates they live; false by default. */
  readonly vectors?: boolean;
  /**
   * Whether to fit the tail on square blocks of one size, too, so that layers of different shapes compare. A number is
   * the side of the blocks, at least 8; true takes the smallest smaller side of all layers, but at least 32. Layers
   * smaller than a block have no such exponent.
   */
  readonly comparableAlpha?: boolean | number;
  /** Side n of the n x n images on which convolutions are maps with singular values of their own; none by default. */
  readonly convolutionOperator?: number;
  /** Whether matrices that were joined in one tensor (queries, keys and values; gates) stay one; false by default. */
  readonly keepFused?: boolean;
  /** "permute" compares each layer with its own entries in random order, too; "gaussian" by default. */
  readonly null?: NullKind;
  /** "auto" (the default) computes float64 matrices again without squaring where their small singular values need it. */
  readonly method?: SpectrumMethod;
  /** Whether to add the SHA-256 of each file on disk; by default where they have at most 64 MiB together. */
  readonly hash?: boolean;
  /** Which part of the layers to analyse; all by default. `mergeShards` makes one result of all parts. */
  readonly shard?: Shard;
  /** Where spectra stay for the next analysis, see `cacheFolder`; none by default. The result is the same. */
  readonly cache?: SpectrumCache;
  /** Engine; the fastest of this machine by default. With several workers, one of those in `engines`. */
  readonly engine?: SpectrumEngine;
  /** Which checkpoints of a folder are to be analysed; all by default. */
  readonly isWanted?: (checkpoint: FoundCheckpoint) => boolean;
  /**
   * What an earlier analysis with the same options has found in a checkpoint, so that it is not read again; null for
   * one that is to be analysed. None is known by default.
   *
   * @param comparableSide - of this analysis, null for none: what was found with another is not comparable.
   */
  readonly known?: (checkpoint: FoundCheckpoint, comparableSide: number | null) => CheckpointResult | null;
  /** How addresses (`https://`, `hf://`) are reached: a token, another hub, a `fetch` of one's own. */
  readonly remote?: RemoteOptions | undefined;
  /** Told of each layer as soon as it is done. */
  readonly onProgress?: (event: ProgressEvent) => void;
  /**
   * Told of each analysed layer's leading singular vectors, as soon as it is done: the layers of one checkpoint after
   * those of another, in any order among themselves. Nobody keeps them.
   */
  readonly onVectors?: (event: VectorsEvent) => void;
  /** Stops after the layers under way when aborted; `analyze` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}
