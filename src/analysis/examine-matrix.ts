import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import { canBeShuffled, permutationNull } from "../fits/permutation-null.ts";
import type { ConvolutionKernel } from "../layers/layer.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { bulkOf } from "./bulk-of.ts";
import type { Compute } from "./compute.ts";
import { type Examination, examinedByRows } from "./examination.ts";
import { isUnexplained } from "./fit-bulk.ts";

/** Shuffles of a layer: p-values then go down to 1/20. */
const shuffleDraws = 19;

/** What is asked of a matrix beside its singular values. */
export interface Wants {
  /** Singular vectors of the outliers: on which coordinates they live. */
  readonly vectors: boolean;
  /** The spectra of shuffled entries. */
  readonly shuffles: boolean;
  /** Side of the square blocks on which exponents of tails are compared; null where they aren't. */
  readonly comparableAlpha: number | null;
  /** Side of the images on which convolutions are maps; null where these aren't asked for. */
  readonly convolutionOperator?: number | null;
  /** Singular vectors themselves: of the outliers above the bulk, and of some leading directions in any case. */
  readonly leading?: boolean;
}

/** About how many spectra a layer takes with it. */
export function spectraOf({ shuffles, comparableAlpha }: Wants): number {
  return 1 + (shuffles ? shuffleDraws : 0) + (comparableAlpha === null ? 0 : 1);
}

/** Nothing but the spectrum. */
export const nothingElse: Wants = { vectors: false, shuffles: false, comparableAlpha: null };

/** Whether a layer has to be held whole for it. */
export function wantsWhole(wants: Wants): boolean {
  const { vectors, shuffles, comparableAlpha, convolutionOperator = null, leading = false } = wants;
  return vectors || shuffles || comparableAlpha !== null || convolutionOperator !== null || leading;
}

/** Outliers at either end whose vectors are computed, at most. */
export const mostVectors = 16;
/** Leading directions whose vectors are told where there are fewer outliers. */
export const fewestLeading = 8;

/**
 * Asks of a matrix what only its entries tell, as long as they are there.
 *
 * @param layer - names the random streams.
 * @param kernel - the matrix's entries as a convolution's kernel; null for what is none.
 */
export async function examineMatrix(
  matrix: Matrix,
  spectrum: Spectrum,
  layer: string,
  wants: Wants,
  compute: Compute,
  kernel: ConvolutionKernel | null = null,
): Promise<Examination> {
  const fit = await bulkOf(spectrum, compute);
  const profile = isUnexplained(fit) ? await compute.examine("profile", matrix, null) : null;
  if (!wantsWhole(wants)) return examinedByRows(fit, profile);
  return {
    fit,
    profile,
    vectors: wants.vectors && fit ? await localised(matrix, fit, compute) : null,
    permutation: wants.shuffles ? await shuffled(matrix, spectrum, layer, compute) : undefined,
    comparableAlpha:
      wants.comparableAlpha === null
        ? undefined
        : await comparable(matrix, spectrum, wants.comparableAlpha, compute),
    convolutionOperator:
      (wants.convolutionOperator ?? null) === null
        ? undefined
        : await operatorOf(matrix, kernel, wants.convolutionOperator!, compute),
    leading: wants.leading && spectrum.exact ? await leading(matrix, fit, compute) : [],
  };
}

async function operatorOf(matrix: Matrix, kernel: ConvolutionKernel | null, side: number, compute: Compute) {
  return kernel && (await compute.examine("convolutionOperator", matrix, { kernel, side }));
}

async function localised(matrix: Matrix, fit: MarchenkoPasturFit, compute: Compute) {
  const above = Math.min(mostVectors, fit.spikes.length);
  const below = Math.min(mostVectors, fit.spikesBelow?.length ?? 0);
  return above + below > 0 ? await compute.examine("localise", matrix, { above, below }) : null;
}

async function leading(matrix: Matrix, fit: MarchenkoPasturFit | null, compute: Compute) {
  const wanted = Math.max(fewestLeading, Math.min(mostVectors, fit?.spikes.length ?? 0));
  return await compute.examine("leading", matrix, { count: Math.min(wanted, matrix.rows, matrix.columns) });
}

async function shuffled(matrix: Matrix, spectrum: Spectrum, layer: string, compute: Compute) {
  if (!canBeShuffled(spectrum)) return null;
  const wanted = { layer, draws: shuffleDraws };
  return permutationNull(spectrum, await compute.examine("shuffle", matrix, wanted));
}

async function comparable(matrix: Matrix, { exact, format }: Spectrum, side: number, compute: Compute) {
  return exact ? await compute.examine("comparableAlpha", matrix, { side, format }) : null;
}
