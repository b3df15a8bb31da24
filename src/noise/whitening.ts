import { marchenkoPastur } from "../laws/marchenko-pastur.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { thinSvd } from "../spectrum/singular-vectors.ts";
import type { FeatureCovariance } from "./feature-covariance.ts";

/** What makes vectors of a covariance white: directions, each over its standard deviation. */
export interface Whitening {
  /** p. */
  readonly order: number;
  /** r: directions that are not taken for zero. */
  readonly rank: number;
  /** L^-1/2 U', `[r, p]` row-major. */
  readonly factor: Float64Array;
  /** Eigenvalues of the covariance, descending, length p; those taken for zero are 0. */
  readonly eigenvalues: Float64Array;
}

/**
 * Variances that are left where a covariance is estimated by independent vectors and inverted: those of white vectors over
 * the eigenvalues of their own sample covariance.
 *
 *     1 / F^-1( (i + 1/2) / r ),   F the law of Marchenko and Pastur at q = r / tokens
 *
 * @param rank - r. @param tokens - that the covariance was averaged over.
 * @returns length r, positive: near 1 where there are many tokens.
 */
export function leftByWhitening(rank: number, tokens: number): Float64Array {
  const law = marchenkoPastur(Math.min(1, rank / tokens), 1);
  return Float64Array.from({ length: rank }, (_, i) => 1 / law.quantile((i + 0.5) / rank));
}

/** Larger covariances have no vectors computed: that grows with the cube of the order. */
export const mostWhitened = 1024;

/**
 * The pseudo-inverse root of a covariance, by its eigenvectors.
 *
 *     C = U L U',   eigenvalues under p 2^-24 l_1 taken for zero: covariances are summed in float32
 *
 * Its rows are the eigenvectors: `L^-1/2 U'` and `C^-1/2` give a product the same singular values.
 *
 * @returns null where the order is over {@link mostWhitened} or all eigenvalues are zero.
 */
export function whitening({ covariance, order }: Pick<FeatureCovariance, "covariance" | "order">) {
  if (order > mostWhitened || !covariance.some((entry) => entry !== 0)) return null;
  const { left, values } = thinSvd({ rows: order, columns: order, data: covariance });
  const least = order * 2 ** -24 * values[0]!;
  const rank = values.filter((value) => value > least).length;
  const factor = new Float64Array(rank * order);
  for (let k = 0; k < rank; k++) {
    const over = 1 / Math.sqrt(values[k]!);
    for (let i = 0; i < order; i++) factor[k * order + i] = over * left[i * order + k]!;
  }
  const eigenvalues = values.map((value, k) => (k < rank ? value : 0));
  return { order, rank, factor, eigenvalues } satisfies Whitening;
}

/**
 * Noise whitened on both sides.
 *
 *     L_r^-1/2 U_r' N U_c L_c^-1/2,   with the singular values of  Cov_r^-1/2 N Cov_c^-1/2  but for zeros
 *
 * @param noise - N. @param rows - of the vectors along its rows' index, order `noise.rows`. @param columns - along the
 *   columns'.
 * @returns of shape [rank of rows, rank of columns], dimensionless where N is a sum of products of both vectors.
 */
export function whitened(
  noise: Matrix,
  rows: Whitening,
  columns: Whitening,
): Matrix & { data: Float64Array } {
  const left = multiply(rows.factor, noise.data, rows.rank, noise.rows, noise.columns);
  const data = new Float64Array(rows.rank * columns.rank);
  for (let i = 0; i < rows.rank; i++) {
    for (let j = 0; j < columns.rank; j++) {
      let sum = 0;
      for (let k = 0; k < noise.columns; k++) {
        sum += left[i * noise.columns + k]! * columns.factor[j * noise.columns + k]!;
      }
      data[i * columns.rank + j] = sum;
    }
  }
  return { rows: rows.rank, columns: columns.rank, data };
}

/** A product of `[m, k]` and `[k, n]`, row-major. */
function multiply(a: Float64Array, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * b[l * n + j]!;
    }
  }
  return result;
}
