import type { Layer } from "../layers/layer.ts";
import type { LayerResult } from "./result.ts";

/** A layer is done; those before it may be under way. */
export interface ProgressEvent {
  /** Id of the checkpoint, and where in a run it stands. */
  readonly checkpoint: string;
  readonly step: number | null;
  readonly epoch: number | null;
  readonly result: LayerResult;
  /** Place of the layer among the checkpoint's `count`. */
  readonly index: number;
  readonly count: number;
  /** Operations of all checkpoints, done and in total: progress by cost, not by count. */
  readonly cost: { readonly done: number; readonly total: number };
}

/** Operations that a layer takes, about: N M^2 for the Gram matrix and 4/3 M^3 for its eigenvalues. */
export function costOf(layer: Layer): number {
  if (layer.skip || !layer.matrixShape) return 0;
  const larger = Math.max(...layer.matrixShape);
  const smaller = Math.min(...layer.matrixShape);
  return larger * smaller ** 2 + (4 / 3) * smaller ** 3;
}

/** Indices of layers, those that take long first: none of them is left to one thread at the end. */
export function costliestFirst(layers: readonly Layer[]): number[] {
  const costs = layers.map(costOf);
  return Array.from(layers.keys()).sort((a, b) => costs[b]! - costs[a]! || a - b);
}
