/**
 * Is a sample of positive values as variable as exponential ones? By the squared coefficient of variation, which is 1
 * for every exponential law, larger for a heavier tail and smaller for a lighter one.
 *
 *     z = ( n sum x^2 / (sum x)^2 - 2 n / (n + 1) ) / sqrt( 4 n^2 (n - 1) / ((n + 1)^2 (n + 2) (n + 3)) )
 *
 * standardised by its exact mean and variance for n exponential values, whatever their scale. For finite n the law of
 * z is skewed to the right.
 *
 * @param sum - of the values. @param sumOfSquares - of their squares. @param n - how many, >= 2.
 * @returns z; positive: heavier than exponential.
 * @source Greenwood 1946, J. R. Stat. Soc. 109:85-110; moments: Moran 1947, Suppl. J. R. Stat. Soc. 9:92-98.
 */
export function exponentialityScore(sum: number, sumOfSquares: number, n: number): number {
  const ratio = (n * sumOfSquares) / (sum * sum);
  const variance = (4 * n * n * (n - 1)) / ((n + 1) ** 2 * (n + 2) * (n + 3));
  return (ratio - (2 * n) / (n + 1)) / Math.sqrt(variance);
}
