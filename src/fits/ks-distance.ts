/**
 * Kolmogorov-Smirnov distance of a sample from a law.
 *
 *     D = max_i max( i/n - F(x_i), F(x_i) - (i - 1)/n )
 *
 * @param ascending - the sample, sorted, at least one value.
 * @param cdf - F, the distribution function of a continuous law.
 * @returns D, in [0, 1].
 * @source Kolmogorov 1933; both sides of each step, unlike fits that look at one.
 */
export function ksDistance(ascending: ArrayLike<number>, cdf: (x: number) => number): number {
  const n = ascending.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const f = cdf(ascending[i]!);
    distance = Math.max(distance, (i + 1) / n - f, f - i / n);
  }
  return distance;
}
