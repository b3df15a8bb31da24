import { aspectRatioComparableAlpha } from "../fits/aspect-ratio-comparable-alpha.ts";
import { type Localisation, localisation } from "../fits/localisation.ts";
import type { ShuffledSpectra } from "../fits/permutation-null.ts";
import { censusOf, type EntryCensus, unitOf } from "../linalg/entry-census.ts";
import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type MeanSquares, meanSquares } from "../linalg/mean-squares.ts";
import { farUnitOf, overUnit } from "../linalg/near-one.ts";
import { randomStream } from "../linalg/random.ts";
import { convolutionOperatorSpectrum, type KernelShape } from "../spectrum/convolution-operator.ts";
import { extremeSingularVectors } from "../spectrum/singular-vectors.ts";
import type { SingularValues, SpectrumEngine } from "../spectrum/spectrum-engine.ts";

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

/** A singular value with its vectors; "left" is of the larger side, whichever way W is stored. */
export interface SingularPair {
  readonly singularValue: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** How many of the largest singular values are wanted with their vectors, and how precisely. */
export interface LeadingWanted {
  readonly count: number;
  /** Residual that is small enough, over the largest value; by default what rounding leaves. */
  readonly tolerance?: number;
}

/** The largest singular values, the first of them first. */
function leading(
  matrix: Matrix,
  { count, tolerance = 0 }: LeadingWanted,
  { seed }: MatrixTaskContext,
): SingularPair[] {
  const isTall = matrix.rows >= matrix.columns;
  const triplets = extremeSingularVectors(matrix, count, { end: "top", seed, tolerance });
  return triplets.map(({ value, left, right }) => ({
    singularValue: value,
    left: isTall ? left : right,
    right: isTall ? right : left,
  }));
}

/**
 * Singular values of the matrix without the mean of its entries, and of `draws` matrices of these in a random order.
 *
 * Shuffled are the sorted entries, in the shape with the larger side as rows: W and W' have the same shuffles.
 */
async function shuffle(
  { rows, columns, data }: Matrix,
  { census, layer, draws }: ShufflesWanted,
  { engine, seed }: MatrixTaskContext,
): Promise<ShuffledSpectra> {
  const unit = unitOf(census);
  const entries = data.map((entry: number) => entry / unit).sort();
  const mean = meanOf(entries);
  for (let i = 0; i < entries.length; i++) entries[i]! -= mean;
  const centred = censusOf(entries);
  const spectrumOf = async (rows: number, columns: number, data: Float32Array | Float64Array) => {
    if (centred.isZero) return zeroSingularValues(Math.min(rows, columns));
    const found = await engine.singularValues({ rows, columns, data }, unitOf(centred));
    const values = found.values.map((value) => value * unit);
    return { ...found, values, resolution: found.resolution * unit };
  };
  const own = await spectrumOf(
    rows,
    columns,
    data.map((entry: number) => entry / unit - mean),
  );
  const shuffled: SingularValues[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const { uniform } = randomStream(seed, ["permutation-null", layer, draw]);
    for (let i = entries.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      const entry = entries[i]!;
      entries[i] = entries[j]!;
      entries[j] = entry;
    }
    shuffled.push(await spectrumOf(Math.max(rows, columns), Math.min(rows, columns), entries));
  }
  return { own, shuffled };
}

/** The mean, and once more of what is left: equal entries leave nothing at all. */
function meanOf(entries: Float32Array | Float64Array): number {
  const about = (middle: number) => {
    let sum = 0;
    for (let i = 0; i < entries.length; i++) sum += entries[i]! - middle;
    return middle + sum / entries.length;
  };
  return about(about(0));
}

/** Of a matrix of zeros, which engines are never asked for. */
function zeroSingularValues(count: number): SingularValues {
  const relativeErrorBounds = new Float64Array(count);
  return { values: new Float64Array(count), relativeErrorBounds, resolution: 0, method: "zero", exact: true };
}

/** The blocks on which exponents of all layers are compared, and how the entries were stored. */
export interface ComparableAlphaWanted {
  /** Side of a square block. */
  readonly side: number;
  readonly format: FloatFormatName;
}

/** The exponent of the tail on blocks of one shape, so that layers of different shapes compare. */
async function comparableAlpha(
  matrix: Matrix,
  { side, format }: ComparableAlphaWanted,
  { engine, seed }: MatrixTaskContext,
) {
  if (Math.min(matrix.rows, matrix.columns) < side) return null;
  const found = await aspectRatioComparableAlpha(matrix, {
    blockSize: side,
    spectrum: { engine, seed, format },
  });
  if (!found) return null;
  const { alpha, standardDeviation, pooledAlpha, alphas, blocks, blockRows, blockColumns } = found;
  return {
    alpha,
    standardDeviation,
    pooledAlpha,
    blocks,
    blocksUsed: alphas.length,
    blockRows,
    blockColumns,
  };
}

/** A kernel, whose entries are the matrix's, and the side of the images that it is applied to. */
export interface ConvolutionOperatorWanted {
  readonly kernel: KernelShape;
  readonly side: number;
}

/** The singular values of a convolution as a map of images. */
function convolutionOperator(
  { data }: Matrix,
  { kernel, side }: ConvolutionOperatorWanted,
  { engine }: MatrixTaskContext,
) {
  return convolutionOperatorSpectrum(data, kernel, side, { engine });
}

/** What can be asked of a matrix beside its singular values, wherever that is computed. */
export const matrixTasks = {
  /** Mean squares of rows and columns. */
  profile,
  /** On which coordinates the vectors of outliers live. */
  localise,
  /** Leading singular vectors. */
  leading,
  /** Spectra of the entries in random order. */
  shuffle,
  /** The exponent of the tail on square blocks of one side. */
  comparableAlpha,
  /** Singular values of a convolution as a map of images. */
  convolutionOperator,
} as const;

/** Name of a task. */
export type MatrixTaskName = keyof typeof matrixTasks;
/** What a task is asked beside the matrix. */
export type WantedOf<Name extends MatrixTaskName> = Parameters<(typeof matrixTasks)[Name]>[1];
/** What a task answers. */
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
