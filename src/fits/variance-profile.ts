/** Mean of the squares over the squared mean, >= 1. */
export function spreadOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  // A power of two, which leaves all digits as they are, brings squares into range.
  const unit = 2 ** Math.floor(Math.log2(largest));
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! / unit;
    sum += value;
    squares += value ** 2;
  }
  return (squares * values.length) / (sum * sum);
}

/**
 * Variances of mean 1 from mean squares over a number of entries. The variance of their logarithms is brought down by
 * what chance adds for Gaussian noise: 2 / n + 2 / n^2, the trigamma function at n / 2.
 */
export function withoutChance(meanSquares: Float64Array, entries: number): Float64Array {
  let [count, sum, squares] = [0, 0, 0];
  for (const value of meanSquares) {
    if (value === 0) continue;
    count++;
    sum += Math.log(value);
    squares += Math.log(value) ** 2;
  }
  const spread = squares / count - (sum / count) ** 2;
  const keep = spread > 0 ? Math.sqrt(Math.max(0, 1 - (2 / entries + 2 / entries ** 2) / spread)) : 0;
  const raw = meanSquares.map((value) =>
    value === 0 ? 0 : Math.exp(keep * (Math.log(value) - sum / count)),
  );
  const mean = raw.reduce((total, value) => total + value, 0) / raw.length;
  return raw.map((value) => value / mean);
}

/**
 * Mean squares of rows, or of columns, without what spikes add to them.
 *
 *     r_i - sum_k s_k^2 u_ik^2 / n
 *
 * @param meanSquares - r_i >= 0, in the unit of the weights squared.
 * @param entries - n: how many entries each is the mean of.
 * @param spikes - singular values s_k, in the unit of the weights, with their vectors u_k along the same side, of
 *   unit norm: left vectors for rows, right ones for columns.
 * @returns the mean squares of the matrix without these singular triplets.
 * @throws {RangeError} If a vector is not as long as the mean squares.
 * @example
 * ```ts
 * import { meanSquaresWithoutSpikes } from "marchenko";
 * // The matrix [[3, 0], [0, 1]], whose largest singular value is 3, along its first row.
 * const spike = { value: 3, vector: Float64Array.of(1, 0) };
 * meanSquaresWithoutSpikes(Float64Array.of(4.5, 0.5), 2, [spike]); // Float64Array [0, 0.5]
 * ```
 */
export function meanSquaresWithoutSpikes(
  meanSquares: Float64Array,
  entries: number,
  spikes: readonly { readonly value: number; readonly vector: Float64Array }[],
): Float64Array {
  for (const { vector } of spikes) {
    if (vector.length !== meanSquares.length) {
      throw new RangeError(`vectors must have length ${meanSquares.length}, got ${vector.length}`);
    }
  }
  return meanSquares.map((each, i) =>
    Math.max(
      0,
      spikes.reduce((rest, { value, vector }) => rest - (value * vector[i]!) ** 2 / entries, each),
    ),
  );
}
