import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import type { PermutationNull } from "../fits/permutation-null.ts";
import type { MeanSquares } from "../linalg/mean-squares.ts";
import type { AnswerOf } from "./matrix-tasks.ts";

/** What was found while the entries of a matrix were at hand. */
export interface Examination {
  /** Of the bulk; null with too few eigenvalues. */
  readonly fit: MarchenkoPasturFit | null;
  /** Mean squares of rows and columns, where the bulk is not Marchenko-Pastur. */
  readonly profile: MeanSquares | null;
  readonly vectors: AnswerOf<"localise"> | null;
  /** Undefined where it was not asked for, null where the matrix does not allow it; the next one too. */
  readonly permutation: PermutationNull | null | undefined;
  readonly comparableAlpha: AnswerOf<"comparableAlpha"> | undefined;
  readonly convolutionOperator?: AnswerOf<"convolutionOperator"> | null | undefined;
  /** The largest first; none where they were not asked for, or the spectrum is an estimate. */
  readonly leading: AnswerOf<"leading">;
}

/** What is known of a layer whose entries were not all at hand at once. */
export function examinedByRows(fit: MarchenkoPasturFit | null, profile: MeanSquares | null): Examination {
  return { fit, profile, vectors: null, permutation: undefined, comparableAlpha: undefined, leading: [] };
}
