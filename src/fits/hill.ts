/**
 * Hill's estimate of a power law's exponent from the largest values of a sample.
 *
 *     alpha = 1 + k / sum_i ln( x_i / x_min ),  over the k largest, x_min the smallest of them
 *
 * It is the maximum likelihood estimate for the density `(alpha - 1) / x_min (x / x_min)^-alpha`; its standard error
 * at a fixed k is `(alpha - 1) / sqrt k`.
 *
 * @param logs - natural logarithms of the sample, ascending.
 * @param count - k, a whole number in [2, logs.length].
 * @returns alpha > 1; infinite where the k values are all equal.
 * @source Hill 1975, Ann. Stat. 3:1163-1174; in this form Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703,
 *   equation 3.1.
 */
export function hillAlpha(logs: Float64Array, count: number): number {
  const first = logs.length - count;
  const base = logs[first]!;
  let sum = 0;
  for (let i = first + 1; i < logs.length; i++) sum += logs[i]! - base;
  return 1 + count / sum;
}

/** Shares of the tail that have exponents of their own. */
const shares = [1 / 2, 1 / 4];

/** Fewer values than this say nothing about an exponent. */
const fewestValues = 10;

/**
 * Hill's estimates for the upper half and the upper quarter of a tail, as far as they hold 10 values.
 *
 * @param logs - natural logarithms, ascending. @param count - k, size of the tail.
 */
export function partAlphas(logs: Float64Array, count: number): { part: number; alpha: number }[] {
  return shares
    .map((share) => Math.floor(count * share))
    .filter((part) => part >= fewestValues)
    .map((part) => ({ part, alpha: hillAlpha(logs, part) }));
}

/**
 * How far the exponent drifts along the tail: the largest deviation of Hill's estimate for the upper half and the
 * upper quarter from the one for the whole, in standard errors of the difference.
 *
 *     z = ln( (alpha_j - 1) / (alpha_k - 1) ) / sqrt(1/j - 1/k),  j = k/2, k/4
 *
 * In a power law the estimates of nested tails agree, and z is about standard normal. A positive one bends down
 * (the top is steeper), a negative one has outliers beyond the law.
 *
 * @param logs - natural logarithms, ascending. @param count - k, size of the tail.
 * @returns the z of largest size; 0 where the tail has fewer than 20 values.
 * @source Hill's estimates as a process in k: Drees, de Haan & Resnick 2000, Ann. Stat. 28:254-274.
 */
export function hillDrift(logs: Float64Array, count: number): number {
  const whole = hillAlpha(logs, count) - 1;
  let drift = 0;
  for (const { part, alpha } of partAlphas(logs, count)) {
    const z = Math.log((alpha - 1) / whole) / Math.sqrt(1 / part - 1 / count);
    if (Math.abs(z) > Math.abs(drift)) drift = z;
  }
  return drift;
}
