import { UsageError } from "../errors.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../linalg/matrix.ts";
import { computeSpectrum, type SpectrumOptions } from "../spectrum/compute-spectrum.ts";
import { hillAlpha } from "./hill.ts";

/** An exponent measured on blocks of one shape. */
export interface AspectRatioComparableAlpha {
  /** Mean over the blocks of the exponent of each, p(x) ~ x^-alpha, > 1. */
  readonly alpha: number;
  /** Standard deviation of it over the blocks; null for a single one. Blocks that overlap are not independent. */
  readonly standardDeviation: number | null;
  /** One exponent from the eigenvalues of all blocks together. */
  readonly pooledAlpha: number;
  /** Exponent of each block, in the order of their places. */
  readonly alphas: Float64Array;
  /** Rows and columns of a block, as the matrix is stored. */
  readonly blockRows: number;
  readonly blockColumns: number;
}

export interface AspectRatioComparableAlphaOptions {
  /** Smaller over larger side of the blocks, in (0, 1]; 1 by default. */
  readonly aspectRatio?: number;
  /** Smaller side of the blocks; by default, and at most, the largest that fits into the matrix. */
  readonly blockSize?: number;
  /** Options of each block's spectrum. */
  readonly spectrum?: SpectrumOptions;
}

/** Fewer eigenvalues than this give no exponent of their upper half. */
const smallestBlock = 8;

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

/** Exponent of the upper half of the eigenvalues, by Hill's estimate, which their unit does not change. */
function upperHalfAlpha(singularValues: readonly number[]): number {
  const logs = Float64Array.from(
    singularValues.filter((value) => value > 0),
    (value) => 2 * Math.log(value),
  ).sort();
  return hillAlpha(logs, Math.ceil(logs.length / 2));
}

/**
 * An exponent of the eigenvalue density by which layers of different shapes compare: measured on blocks of one aspect
 * ratio.
 *
 *     alpha = mean over blocks of  1 + k / sum_i ln( x_i / x_min ),  the k = half of the block's eigenvalues on top
 *
 * The bulk's width follows the aspect ratio, and with it every exponent of a whole matrix; blocks of one shape share
 * that part. To compare layers, give them one `blockSize` too. The blocks are the fewest that cover the matrix, evenly
 * placed, overlapping where they must. The number compares; it does not say that there is a power law
 * ({@link fitPowerLaw} does), and it costs a spectrum a block.
 *
 * @param matrixLike - W, `[rows, columns]`, finite.
 * @returns the exponent, the spread over blocks, and the exponent of their pooled eigenvalues.
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
): Promise<AspectRatioComparableAlpha> {
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
  for (const row of placesAlong(rows, blockRows)) {
    for (const column of placesAlong(columns, blockColumns)) {
      const block = blockOf(matrix, row, column, blockRows, blockColumns);
      const singularValues = Array.from(
        (await computeSpectrum(block, options.spectrum ?? {})).singularValues,
      );
      alphas.push(upperHalfAlpha(singularValues));
      pooled.push(...singularValues);
    }
  }
  const alpha = alphas.reduce((sum, each) => sum + each, 0) / alphas.length;
  const squares = alphas.reduce((sum, each) => sum + (each - alpha) ** 2, 0);
  return {
    alpha,
    standardDeviation: alphas.length > 1 ? Math.sqrt(squares / (alphas.length - 1)) : null,
    pooledAlpha: upperHalfAlpha(pooled),
    alphas: Float64Array.from(alphas),
    blockRows,
    blockColumns,
  };
}
