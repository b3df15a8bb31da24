import { aspectRatioComparableAlpha } from "../fits/aspect-ratio-comparable-alpha.ts";
import { type Localisation, localisation } from "../fits/localisation.ts";
import type { EntryCensus } from "../linalg/entry-census.ts";
import { censusOf, unitOf } from "../linalg/entry-census.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type MeanSquares, meanSquares } from "../linalg/mean-squares.ts";
import { farUnitOf, overUnit } from "../linalg/near-one.ts";
import { randomStream } from "../linalg/random.ts";
import { extremeSingularVectors } from "../spectrum/singular-vectors.ts";
import type { SpectrumEngine } from "../spectrum/spectrum-engine.ts";

/** What a task may need beside the matrix. */
export interface MatrixTaskContext {
  readonly engine: SpectrumEngine;
  readonly seed: number | string;
}

/** Localisation of the vectors of one singular value; "left" is of the larger side, whichever way W is stored. */
export interface LocalisedPair {
  readonly left: Localisation;
  readonly right: Localisation;
  /** max(||W v - s u||, ||W'u - s v||) over s. */
  readonly residual: number;
}

/** Vectors of how many singular values are wanted, from the largest down and from the smallest up. */
export interface VectorsWanted {
  readonly above: number;
  readonly below: number;
}

/** Which shuffles are wanted, and what names their random streams. */
export interface ShufflesWanted {
  readonly census: EntryCensus;
  readonly layer: string;
  readonly draws: number;
}

/** Mean squares of rows and columns, up to a factor that they share. */
function profile(stored: Matrix, _wanted: null, _context: MatrixTaskContext): MeanSquares {
  // Of float32 all squares are in range.
  const unit = stored.data instanceof Float64Array ? farUnitOf(censusOf(stored.data)) : 1;
  return meanSquares({ ...stored, data: overUnit(stored.data, unit) });
}

function localise(
  matrix: Matrix,
  { above, below }: VectorsWanted,
  { seed }: MatrixTaskContext,
): { above: LocalisedPair[]; below: LocalisedPair[] } {
  const isTall = matrix.rows >= matrix.columns;
  const side = (end: "top" | "bottom", count: number): LocalisedPair[] =>
    count === 0
      ? []
      : extremeSingularVectors(matrix, count, { end, seed }).map(({ value, left, right, residual }) => ({
          left: localisation(isTall ? left : right),
          right: localisation(isTall ? right : left),
          residual: residual / value,
        }));
  return { above: side("top", above), below: side("bottom", below) };
}

/** Singular values, descending, of the matrix with its entries in a random order, and again, `draws` times. */
async function shuffle(
  { rows, columns, data }: Matrix,
  { census, layer, draws }: ShufflesWanted,
  { engine, seed }: MatrixTaskContext,
): Promise<Float64Array[]> {
  const shuffled = data.slice();
  const unit = unitOf(census);
  const spectra: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const { uniform } = randomStream(seed, ["permutation-null", layer, draw]);
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      const entry = shuffled[i]!;
      shuffled[i] = shuffled[j]!;
      shuffled[j] = entry;
    }
    spectra.push((await engine.singularValues({ rows, columns, data: shuffled }, unit)).values);
  }
  return spectra;
}

/** The exponent of the tail on blocks of one aspect ratio, so that layers of different shapes compare. */
async function comparableAlpha(matrix: Matrix, _wanted: null, { engine, seed }: MatrixTaskContext) {
  const smallest = Math.min(matrix.rows, matrix.columns);
  if (smallest < 8) return null;
  const { alpha, standardDeviation, pooledAlpha, alphas, blockRows, blockColumns } =
    await aspectRatioComparableAlpha(matrix, { spectrum: { engine, seed } });
  return { alpha, standardDeviation, pooledAlpha, blocks: alphas.length, blockRows, blockColumns };
}

/** What can be asked of a matrix beside its singular values, wherever that is computed. */
export const matrixTasks = {
  profile,
  localise,
  shuffle,
  comparableAlpha,
} as const;

export type MatrixTaskName = keyof typeof matrixTasks;
export type WantedOf<Name extends MatrixTaskName> = Parameters<(typeof matrixTasks)[Name]>[1];
export type AnswerOf<Name extends MatrixTaskName> = Awaited<ReturnType<(typeof matrixTasks)[Name]>>;

/** Runs a task in this thread. */
export async function runMatrixTask<Name extends MatrixTaskName>(
  task: Name,
  matrix: Matrix,
  wanted: WantedOf<Name>,
  context: MatrixTaskContext,
): Promise<AnswerOf<Name>> {
  const run = matrixTasks[task] as unknown as (
    matrix: Matrix,
    wanted: WantedOf<Name>,
    context: MatrixTaskContext,
  ) => AnswerOf<Name> | Promise<AnswerOf<Name>>;
  return await run(matrix, wanted, context);
}
