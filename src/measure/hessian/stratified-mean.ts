/** An unbiased estimate and how far it errs. */
export interface Estimate {
  readonly value: number;
  /** null where too few draws tell. */
  readonly standardError: number | null;
}

/** Independent draws of one mean, and its weight in the whole. */
export interface Stratum {
  /** Weights of all strata sum to 1. */
  readonly weight: number;
  readonly draws: readonly number[];
}

/**
 * A weighted mean of means, each known by draws of its own.
 *
 *     m = sum_b w_b m_b,   se^2 = sum_b w_b^2 s_b^2 / n_b
 *
 * The error is that of the draws: the strata themselves are taken as they are.
 */
export function stratifiedMean(strata: readonly Stratum[]): Estimate {
  let value = 0;
  let variance = 0;
  for (const { weight, draws } of strata) {
    const count = draws.length;
    const mean = draws.reduce((a, b) => a + b, 0) / count;
    const squares = draws.reduce((total, each) => total + (each - mean) ** 2, 0);
    value += weight * mean;
    // 0/0 of a single draw is NaN, which stays.
    variance += (weight * weight * squares) / (count - 1) / count;
  }
  return { value, standardError: Number.isFinite(variance) ? Math.sqrt(variance) : null };
}
