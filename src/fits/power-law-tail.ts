/** The smallest tail that is fitted. */
export const smallestTail = 50;

/** The smallest share of the sample that is called its tail. */
export const smallestTailShare = 0.15;

/** Each candidate tail is larger than the next by this factor: all of them together cost six scans of the sample. */
const candidateRatio = 1.2;

/** The part of a sample that is closest to a power law. */
export interface PowerLawTail {
  /** Exponent of the density, x^-alpha, > 1. */
  readonly alpha: number;
  /** k: how many values, the largest ones, make the tail; the smallest of them is x_min. */
  readonly tailCount: number;
  /** D: Kolmogorov-Smirnov distance of the tail from the law fitted to it, in [0, 1]. */
  readonly ksDistance: number;
}

/**
 * Sizes of the tails that are tried for a sample of n values, descending, from n to the larger of 50 and 0.15 n.
 *
 * @param ratio - of one size to the next, >= 1; 1 tries every size.
 */
export function candidateTails(n: number, ratio: number = candidateRatio): number[] {
  const smallest = Math.max(smallestTail, Math.ceil(n * smallestTailShare));
  const sizes: number[] = [];
  for (let size = n; size > smallest; size = Math.min(size - 1, Math.round(size / ratio))) sizes.push(size);
  if (n >= smallest) sizes.push(smallest);
  return sizes;
}

/**
 * Finds where the power-law tail of a sample begins: the tail whose own maximum likelihood fit is nearest to it.
 *
 *     alpha_k = 1 + k / sum ln(x_i / x_min),  D_k = sup | F_k(x) - 1 + (x / x_min)^(1 - alpha_k) |,  k = argmin D_k
 *
 * D looks at both sides of each step of the empirical distribution F_k.
 *
 * @param logs - natural logarithms of the sample, ascending.
 * @param sizes - the tails to try, descending, as {@link candidateTails} gives them for this length.
 * @returns the tail, or null where no candidate has two different values.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, sections 3.1 and 3.3.
 */
export function powerLawTail(logs: Float64Array, sizes: readonly number[]): PowerLawTail | null {
  const n = logs.length;
  let best: PowerLawTail | null = null;
  let least = Infinity;
  let sum = 0; // of the logarithms of the tail, from the top
  let summed = 0;
  // Sums are gathered from the top, distances taken from the largest tail on, which a power law fits best.
  const sums = new Float64Array(sizes.length);
  for (let c = sizes.length - 1; c >= 0; c--) {
    for (; summed < sizes[c]!; summed++) sum += logs[n - 1 - summed]!;
    sums[c] = sum;
  }
  for (const [c, size] of sizes.entries()) {
    const first = n - size;
    const base = logs[first]!;
    const exponent = size / (sums[c]! - size * base);
    if (!(exponent > 0 && exponent < Infinity)) continue;
    let distance = 0;
    for (let i = 0; i < size && distance < least; i++) {
      const below = 1 - Math.exp(exponent * (base - logs[first + i]!));
      const over = below - i / size;
      const under = (i + 1) / size - below;
      if (over > distance) distance = over;
      if (under > distance) distance = under;
    }
    if (distance >= least) continue;
    least = distance;
    best = { alpha: 1 + exponent, tailCount: size, ksDistance: distance };
  }
  return best;
}
