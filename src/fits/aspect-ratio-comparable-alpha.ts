import { UsageError } from "../errors.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../linalg/matrix.ts";
import { computeSpectrum, type SpectrumOptions } from "../spectrum/compute-spectrum.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { hillAlpha } from "./hill.ts";

/** An exponent measured on blocks of one shape. */
export interface AspectRatioComparableAlpha {
  /** Mean over the blocks of the exponent of each, p(x) ~ x^-alpha, > 1. */
  readonly alpha: number;
  /** Standard deviation of it over the blocks; null for a single one. Blocks that overlap are not independent. */
  readonly standardDeviation: number | null;
  /** One exponent from the eigenvalues of all blocks together. */
  readonly pooledAlpha: number;
  /** Exponent of each block that has one, in the order of their places. */
  readonly alphas: Float64Array;
  /** Blocks that cover the matrix, those without an exponent too. */
  readonly blocks: number;
  /** Rows and columns of a block, as the matrix is stored. */
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** Options of {@link aspectRatioComparableAlpha}. */
export interface AspectRatioComparableAlphaOptions {
  /** Smaller over larger side of the blocks, in (0, 1]; 1 by default. */
  readonly aspectRatio?: number;
  /** Smaller side of the blocks; by default, and at most, the largest that fits into the matrix. */
  readonly blockSize?: number;
  /** Options of each block's spectrum. */
  readonly spectrum?: SpectrumOptions;
}

/** Fewer eigenvalues than this give no exponent of their upper half. */
export const smallestBlock = 8;

/** Where the fewest blocks start that cover a side, evenly placed. */
function placesAlong(side: number, block: number): number[] {
  const count = Math.ceil(side / block);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (side - block)) / (count - 1)),
  );
}

/** The entries of one block. */
function blockOf(
  { columns, data }: Matrix,
  row: number,
  column: number,
  blockRows: number,
  blockColumns: number,
) {
  const entries = data.slice(0, blockRows * blockColumns);
  for (let i = 0; i < blockRows; i++) {
    const from = (row + i) * columns + column;
    entries.set(data.subarray(from, from + blockColumns), i * blockColumns);
  }
  return { rows: blockRows, columns: blockColumns, data: entries };
}

/** Singular values above the rank tolerance, descending; none where they give no finite exponent. */
function tailOf(spectrum: Spectrum): Float64Array {
  const { singularValues, relativeErrorBounds } = spectrum;
  const rank = numericalRank(spectrum, rankTolerance(spectrum));
  if (rank < smallestBlock) return new Float64Array();
  const last = Math.ceil(rank / 2) - 1;
  // Equal up to their error bounds: the exponent is infinite, whatever rounding makes of it.
  const spread = Math.log(singularValues[0]! / singularValues[last]!);
  const isFlat = spread <= 2 * (relativeErrorBounds[0]! + relativeErrorBounds[last]!);
  return isFlat ? new Float64Array() : singularValues.subarray(0, rank);
}

/** Exponent of the upper half of the eigenvalues, by Hill's estimate; relative to the largest, no square vanishes. */
function upperHalfAlpha(singularValues: Float64Array): number {
  const largest = singularValues.reduce((most, s) => Math.max(most, s), 0);
  const logs = singularValues.map((s) => 2 * Math.log(s / largest)).sort();
  return hillAlpha(logs, Math.ceil(logs.length / 2));
}

/**
 * An exponent of the eigenvalue density by which layers of different shapes compare: measured on blocks of one aspect
 * ratio.
 *
 *     alpha = mean over blocks of  1 + k / sum_i ln( x_i / x_min ),  the k = half of the block's eigenvalues on top
 *
 * The bulk's width follows the aspect ratio, and with it every exponent of a whole matrix; blocks of one shape share
 * that part. To compare layers, give them one `blockSize` too: that of Gaussian noise is 2.6 on blocks of 8 x 8,
 * 2.2 on 32 x 32 and 2.1 on 128 x 128. The blocks are the fewest that cover the matrix, evenly placed, overlapping
 * where they must. Only eigenvalues above the rank tolerance count; a block with fewer than 8 of them, or with an upper
 * half of equal ones, has no exponent and is left out. The number compares; it does not say that there is a power law
 * ({@link fitPowerLaw} does), and it costs a spectrum a block.
 *
 * @param matrixLike - W, `[rows, columns]`, finite.
 * @returns the exponent, the spread over blocks, and the exponent of their pooled eigenvalues; null where no block
 *   has one.
 * @throws {UsageError} If the aspect ratio is not in (0, 1], or blocks would have a side under 8 or not fit.
 * @source Hu, Goel, Killiakov & Yang 2025, Eigenspectrum Analysis of Neural Networks without Aspect Ratio Bias, PMLR
 *   267:24290-24313, arXiv 2506.06280, which pools the eigenvalues (`pooledAlpha`); placing and averaging are ours.
 * @example
 * ```ts
 * import { aspectRatioComparableAlpha, randomStream } from "marchenko";
 * const noise = (rows, columns) => {
 *   const stream = randomStream(1, ["example", rows, columns]);
 *   return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => stream.normal()) };
 * };
 * const wide = await aspectRatioComparableAlpha(noise(64, 512));
 * const square = await aspectRatioComparableAlpha(noise(64, 64));
 * wide.alphas.length; // 8
 * Math.abs(wide.alpha - square.alpha) < 0.2; // true
 * ```
 */
export async function aspectRatioComparableAlpha(
  matrixLike: MatrixLike,
  options: AspectRatioComparableAlphaOptions = {},
): Promise<AspectRatioComparableAlpha | null> {
  const matrix = asMatrix(matrixLike);
  const { rows, columns } = matrix;
  const aspectRatio = options.aspectRatio ?? 1;
  if (!(aspectRatio > 0 && aspectRatio <= 1)) {
    throw new UsageError(`aspectRatio is the smaller over the larger side, in (0, 1], got ${aspectRatio}`);
  }
  const larger = Math.max(rows, columns);
  const fits = Math.min(rows, columns, Math.floor(larger * aspectRatio));
  const blockSize = options.blockSize ?? fits;
  if (!(Number.isInteger(blockSize) && blockSize >= smallestBlock && blockSize <= fits)) {
    throw new UsageError(
      `blocks of aspect ratio ${aspectRatio} need a smaller side from ${smallestBlock} to ${fits} in a ` +
        `${rows} x ${columns} matrix, got ${blockSize}`,
    );
  }
  // Blocks lie as the matrix does, so that its transpose has the transposed blocks.
  const blockLonger = Math.min(larger, Math.round(blockSize / aspectRatio));
  const [blockRows, blockColumns] = rows <= columns ? [blockSize, blockLonger] : [blockLonger, blockSize];
  const alphas: number[] = [];
  const pooled: number[] = [];
  let blocks = 0;
  for (const row of placesAlong(rows, blockRows)) {
    for (const column of placesAlong(columns, blockColumns)) {
      const block = blockOf(matrix, row, column, blockRows, blockColumns);
      const tail = tailOf(await computeSpectrum(block, options.spectrum ?? {}));
      blocks++;
      if (tail.length === 0) continue;
      alphas.push(upperHalfAlpha(tail));
      for (const value of tail) pooled.push(value);
    }
  }
  if (alphas.length === 0) return null;
  const alpha = alphas.reduce((sum, each) => sum + each, 0) / alphas.length;
  const squares = alphas.reduce((sum, each) => sum + (each - alpha) ** 2, 0);
  return {
    alpha,
    standardDeviation: alphas.length > 1 ? Math.sqrt(squares / (alphas.length - 1)) : null,
    pooledAlpha: upperHalfAlpha(Float64Array.from(pooled)),
    alphas: Float64Array.from(alphas),
    blocks,
    blockRows,
    blockColumns,
  };
}
