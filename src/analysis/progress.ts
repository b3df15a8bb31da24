import { nullDraws } from "../fits/null-spectra.ts";
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
  /** Its place in the order in which they begin, which is the same for any number of workers. */
  readonly turn: number;
  /** Operations of all checkpoints, done and in total: progress by cost, not by count. */
  readonly cost: { readonly done: number; readonly total: number };
}

/** Sides as alike as this, or more: noise then has singular values near zero. */
const nearlySquare = 0.97;
const isCoarse = (dtype: string): boolean => !/^F(32|64)$/.test(dtype);

/**
 * Operations that each layer takes, about, in units of what a Gram matrix takes of them:
 *
 *     N M^2 (Gram matrix) + 3/2 M^3 (to a band) + 500 M^2 (to eigenvalues) + 60 N M (reading) + 5e7 (fits)
 *     + 73 M^2 a draw of simulated noise, for the first layer of a shape whose noise has zeros by rounding
 *
 * Measured: orders 256 to 4096, within a fifth.
 *
 * @param spectra - of a matrix of its shape that each layer takes.
 */
export function costsOf(layers: readonly Layer[], spectra = 1): number[] {
  const shapes = new Set<string>();
  return layers.map((layer) => {
    if (layer.skip || !layer.matrixShape) return 0;
    const larger = Math.max(...layer.matrixShape);
    const smaller = Math.min(...layer.matrixShape);
    if (layer.factored) return layer.factored.entries * layer.factored.rank + 5e7;
    const shape = `${larger} ${smaller}`;
    const isDrawn = isCoarse(layer.dtype) && smaller > nearlySquare * larger && !shapes.has(shape);
    const noise = isDrawn ? 73 * nullDraws(smaller) * smaller ** 2 : 0;
    shapes.add(shape);
    return noise + spectra * spectrumCost(larger, smaller) + 60 * larger * smaller + 5e7;
  });
}

/** The part of it that the singular values of an N x M matrix take. */
export function spectrumCost(larger: number, smaller: number): number {
  return larger * smaller ** 2 + 1.5 * smaller ** 3 + 500 * smaller ** 2;
}

/**
 * Indices of layers, those that take long first: none of them is left to one thread at the end. Before them those that
 * take no time, so that the last one knows that it is the last.
 */
export function costliestFirst(costs: readonly number[]): number[] {
  const rank = (index: number): number => costs[index] || Number.POSITIVE_INFINITY;
  return Array.from(costs.keys()).sort((a, b) => (rank(b) === rank(a) ? a - b : rank(b) - rank(a)));
}
