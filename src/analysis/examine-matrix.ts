import {
  fewestEigenvalues,
  fitMarchenkoPastur,
  type MarchenkoPasturFit,
} from "../fits/fit-marchenko-pastur.ts";
import { type PermutationNull, permutationNull } from "../fits/permutation-null.ts";
import type { EntryCensus } from "../linalg/entry-census.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { MeanSquares } from "../linalg/mean-squares.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import { rejectionLevel } from "./judge.ts";
import type { AnswerOf } from "./matrix-tasks.ts";

/** Shuffles of a layer: p-values then go down to 1/20. */
const shuffleDraws = 19;

/** What is asked of a matrix beside its singular values. */
export interface Wants {
  /** Singular vectors of the outliers: on which coordinates they live. */
  readonly vectors: boolean;
  /** The spectra of shuffled entries. */
  readonly shuffles: boolean;
  /** The exponent of the tail on blocks of one aspect ratio. */
  readonly comparableAlpha: boolean;
}

/** About how many spectra a layer takes with it. */
export function spectraOf({ shuffles, comparableAlpha }: Wants): number {
  return 1 + (shuffles ? shuffleDraws : 0) + (comparableAlpha ? 1 : 0);
}

/** Nothing but the spectrum. */
export const nothingElse: Wants = { vectors: false, shuffles: false, comparableAlpha: false };

/** Whether a layer has to be held whole for it. */
export function wantsWhole({ vectors, shuffles, comparableAlpha }: Wants): boolean {
  return vectors || shuffles || comparableAlpha;
}

/** What was found while the entries of a matrix were at hand. */
export interface Examination {
  /** The fit of all non-zero eigenvalues; null with too few of them. */
  readonly fit: MarchenkoPasturFit | null;
  /** Mean squares of rows and columns, where the bulk is not Marchenko-Pastur. */
  readonly profile: MeanSquares | null;
  readonly vectors: AnswerOf<"localise"> | null;
  readonly permutation: PermutationNull | null;
  readonly comparableAlpha: AnswerOf<"comparableAlpha">;
}

/** What is known of a layer whose entries were not all at hand at once. */
export function examinedByRows(fit: MarchenkoPasturFit | null, profile: MeanSquares | null): Examination {
  return { fit, profile, vectors: null, permutation: null, comparableAlpha: null };
}

/** Outliers at either end whose vectors are computed, at most. */
const mostVectors = 16;

/** Eigenvalues above the rank tolerance, fitted. */
export function firstFit(spectrum: Spectrum): MarchenkoPasturFit | null {
  const rank = spectrum.exact ? numericalRank(spectrum, rankTolerance(spectrum)) : 0;
  return rank < fewestEigenvalues ? null : fitMarchenkoPastur(spectrum, { rank });
}

/** More of the spectrum than this beyond the bulk is no handful of directions. */
const mostSpikes = 0.05;

/** Whether the bulk needs another explanation than Marchenko and Pastur's: unequal variances look like many spikes. */
export function isUnexplained(fit: MarchenkoPasturFit | null): boolean {
  return fit !== null && (fit.pValue <= rejectionLevel || fit.spikes.length > mostSpikes * fit.count);
}

/**
 * Asks of a matrix what only its entries tell, as long as they are there.
 *
 * @param census - of the entries. @param layer - names the random streams.
 */
export async function examineMatrix(
  matrix: Matrix,
  census: EntryCensus,
  spectrum: Spectrum,
  layer: string,
  wants: Wants,
  compute: Compute,
): Promise<Examination> {
  const fit = firstFit(spectrum);
  const profile = isUnexplained(fit) ? await compute.examine("profile", matrix, null) : null;
  if (!fit || !wantsWhole(wants)) return examinedByRows(fit, profile);
  const above = Math.min(mostVectors, fit.spikes.length);
  const below = Math.min(mostVectors, fit.spikesBelow?.length ?? 0);
  const vectors =
    wants.vectors && above + below > 0 ? await compute.examine("localise", matrix, { above, below }) : null;
  const shuffled = wants.shuffles
    ? await compute.examine("shuffle", matrix, { census, layer, draws: shuffleDraws })
    : [];
  const comparableAlpha = wants.comparableAlpha
    ? await compute.examine("comparableAlpha", matrix, null)
    : null;
  return { fit, profile, vectors, permutation: permutationNull(spectrum, fit, shuffled), comparableAlpha };
}
