import { porterThomas } from "../laws/porter-thomas.ts";
import { smallestPValue } from "./spikes.ts";

/** On how many coordinates a singular vector lives, and whether a random one would. */
export interface Localisation {
  /** Coordinates that carry it: n for a flat vector, n / 3 for a random one, 1 for a single coordinate. */
  readonly participationRatio: number;
  /** Probability that a random vector's entries lie as far from the Porter-Thomas law, in [1e-300, 1]. */
  readonly porterThomasPValue: number;
  /** Coordinates too large for a random vector at 1 %, the largest first, at most 8, with their share of the norm. */
  readonly coordinates: { readonly index: number; readonly share: number }[];
}

/** Coordinates listed at most. */
const mostCoordinates = 8;
/** Level, over all coordinates of a vector together, at which one of them is listed. */
const coordinateLevel = 0.01;

/**
 * Quantiles of sqrt(n) D for random unit vectors, n = 1000, and the probability of more. Simulated, 6000 vectors; at
 * n = 20 they are 4 % smaller, so that p is too large there by a fifth at most. Smaller than Kolmogorov's, since the
 * norm is known to be 1.
 */
const nullQuantiles = [0.405, 0.517, 0.608, 0.727, 0.88, 1.045, 1.163, 1.275, 1.395, 1.48, 1.66];
const nullSurvival = [0.99, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];

/** p of sqrt(n) D: linear in its logarithm, and beyond the table under Kolmogorov's law, which is larger. */
function distancePValue(scaled: number): number {
  if (scaled <= nullQuantiles[0]!) return 1;
  let at = 0;
  while (at < nullQuantiles.length - 2 && scaled >= nullQuantiles[at + 1]!) at++;
  const part = (scaled - nullQuantiles[at]!) / (nullQuantiles[at + 1]! - nullQuantiles[at]!);
  const [log, next] = [Math.log(nullSurvival[at]!), Math.log(nullSurvival[at + 1]!)];
  const kolmogorov = 2 * Math.exp(-2 * scaled ** 2);
  return Math.max(Math.min(Math.exp(log + part * (next - log)), kolmogorov), smallestPValue);
}

/**
 * How localised a unit vector is.
 *
 *     participation ratio = 1 / sum_i v_i^4;  D = max |F_n(y) - F(y)|, y = n v_i^2, F the Porter-Thomas law
 *
 * @param vector - v, length n >= 2, of unit norm; its sign does not matter.
 * @returns the ratio in [1, n], the p-value, and coordinates as 0-based indices with v_i^2.
 * @source participation ratio: Bell & Dean 1970, Discuss. Faraday Soc. 50:55-61; weights: Thamm, Staats & Rosenow
 *   2022, arXiv 2203.14661, whose test is another.
 * @example
 * ```ts
 * import { localisation } from "marchenko";
 * const flat = new Float64Array(100).fill(0.1);
 * localisation(flat).participationRatio; // 100
 * const single = new Float64Array(100);
 * single[7] = 1;
 * localisation(single).coordinates[0].index; // 7
 * ```
 */
export function localisation(vector: ArrayLike<number>): Localisation {
  const law = porterThomas(1);
  const n = vector.length;
  const squares = Float64Array.from(vector, (entry) => entry * entry);
  const order = Array.from(squares.keys()).sort((a, b) => squares[b]! - squares[a]!);
  let fourth = 0;
  let distance = 0;
  for (let rank = 0; rank < n; rank++) {
    const square = squares[order[rank]!]!;
    fourth += square * square;
    const above = law.survival(n * square); // of the law; the sample has rank / n to (rank + 1) / n above
    distance = Math.max(distance, (rank + 1) / n - above, above - rank / n);
  }
  const least = law.quantile(1 - coordinateLevel / n) / n;
  return {
    participationRatio: 1 / fourth,
    porterThomasPValue: distancePValue(distance * Math.sqrt(n)),
    coordinates: order
      .slice(0, mostCoordinates)
      .filter((index) => squares[index]! > least)
      .map((index) => ({ index, share: squares[index]! })),
  };
}
