/** An estimate with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/** Values that one block sum is made of, at least, and blocks. */
const fewest = 8;

/**
 * The index of a symmetric alpha-stable law, from sums of blocks: 2 for a Gaussian, less for an infinite variance.
 *
 *     1 / alpha = [ mean_i ln |Y_i| - mean_i mean_j ln |X_ij| ] / ln K_1,   Y_i = sum_j X_ij,   i = 1 ... K_2, j = 1 ... K_1
 *
 * It takes the values for independent draws of one stable law. Values of unequal variance are none: their sums grow
 * like the root of K_1 all the same, while the logarithm of one is less on average than that of their root mean square,
 * and a mixture of Gaussians gets an index under 2.
 *
 * @param values - in random order; zeros are left out. K_1 and K_2 are about the root of their number.
 * @returns the index, > 0, not cut off at 2, with the standard error from the blocks' spread; null under 64 values.
 * @source Mohammadi, Mohammadpour & Ogata 2015, Metrika 78:549-561, corollary 2.4; used for gradient noise by
 *   Simsekli, Sagun & Gurbuzbalaban 2019, arXiv 1901.06053.
 */
export function stableIndex(values: ArrayLike<number>): Estimate | null {
  const present = Array.from(values).filter((value) => value !== 0);
  const inBlock = Math.floor(Math.sqrt(present.length));
  if (inBlock < fewest) return null;
  const blocks = Math.floor(present.length / inBlock);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < blocks; i++) {
    let total = 0;
    let logs = 0;
    for (let j = 0; j < inBlock; j++) {
      const value = present[i * inBlock + j]!;
      total += value;
      logs += Math.log(Math.abs(value));
    }
    // A block whose sum is exactly 0 has no logarithm; it would take two equal and opposite values alone.
    if (total === 0) return null;
    const rise = (Math.log(Math.abs(total)) - logs / inBlock) / Math.log(inBlock);
    sum += rise;
    squares += rise ** 2;
  }
  const inverse = sum / blocks;
  const spread = Math.max(0, squares / blocks - inverse ** 2);
  if (!(inverse > 0)) return null;
  return { value: 1 / inverse, standardError: Math.sqrt(spread / (blocks - 1)) / inverse ** 2 };
}
