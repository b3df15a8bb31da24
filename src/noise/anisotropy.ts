/** How far a covariance is from a multiple of the identity. */
export interface Anisotropy {
  /** tr C, in the unit of the covariance. */
  readonly trace: number;
  /** a, by which C is multiplied to be as near to the identity as it can. */
  readonly scale: number;
  /** alpha, the participation ratio of the eigenvalues, in [1, p]. */
  readonly alpha: number;
  /** alpha / p, 1 for the identity. */
  readonly alphaRatio: number;
  /** delta, in [0, p). */
  readonly delta: number;
  /** delta / p, 0 for the identity. */
  readonly deltaRatio: number;
}

/**
 * The anisotropy of a covariance matrix, in two numbers that tell the same.
 *
 *     a = tr C / ||C||_F^2,   alpha = tr(a C) = (tr C)^2 / ||C||_F^2,   delta = sqrt p ||a C - I||_F = p sqrt(1 - alpha / p)
 *
 * @param covariance - C, `[p, p]` row-major, symmetric, not negative. @param order - p, >= 1.
 * @returns null for a matrix of zeros, which has no direction.
 * @source the code beside Peng, Qi, Shi & Gao 2023, arXiv 2309.03004.
 * @example
 * ```ts
 * import { anisotropy } from "marchenko";
 * anisotropy(Float64Array.of(3, 0, 0, 1), 2).alpha; // 1.6
 * anisotropy(Float64Array.of(2, 0, 0, 2), 2).deltaRatio; // 0
 * ```
 */
export function anisotropy(covariance: ArrayLike<number>, order: number): Anisotropy | null {
  let largest = 0;
  for (let i = 0; i < order; i++) largest = Math.max(largest, covariance[i * order + i]!);
  if (!(largest > 0)) return null;
  // Over the largest variance, so that small gradients do not leave the range of squares.
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < order; i++) {
    trace += covariance[i * order + i]! / largest;
    for (let j = 0; j < order; j++) squares += (covariance[i * order + j]! / largest) ** 2;
  }
  const scale = trace / squares;
  let away = 0;
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      const entry = (scale * covariance[i * order + j]!) / largest;
      away += (i === j ? entry - 1 : entry) ** 2;
    }
  }
  const alpha = scale * trace;
  const delta = Math.sqrt(order * away);
  return {
    trace: trace * largest,
    scale: scale / largest,
    alpha,
    alphaRatio: alpha / order,
    delta,
    deltaRatio: delta / order,
  };
}
