/** Means and covariances of several numbers over examples, as they come. */
export interface ExampleMoments {
  /** Examples so far. */
  readonly count: number;
  /** Mean of each number. */
  readonly means: readonly number[];
  /** Takes an example in. @param numbers - one each, in the same order always. */
  add(numbers: ArrayLike<number>): void;
  /**
   * The covariance of the means of numbers i and j, sum (u_i - mean_i)(u_j - mean_j) / (N (N - 1)); needs two examples.
   */
  covarianceOfMeans(i: number, j: number): number;
}

/**
 * Begins with no example.
 *
 * @param size - numbers of an example.
 * @source Welford 1962, Technometrics 4(3):419 (the update, which doesn't cancel).
 */
export function exampleMoments(size: number): ExampleMoments {
  const means = new Array<number>(size).fill(0);
  const products = new Float64Array(size * size);
  const before = new Float64Array(size);
  let count = 0;
  return {
    get count() {
      return count;
    },
    means,
    add(numbers) {
      count++;
      for (let i = 0; i < size; i++) {
        before[i] = numbers[i]! - means[i]!;
        means[i]! += before[i]! / count;
      }
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) products[i * size + j]! += before[i]! * (numbers[j]! - means[j]!);
      }
    },
    covarianceOfMeans: (i, j) => products[Math.max(i, j) * size + Math.min(i, j)]! / (count * (count - 1)),
  };
}
