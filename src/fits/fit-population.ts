import { generalizedMarchenkoPastur } from "../laws/generalized-marchenko-pastur.ts";

/** A population spectrum of mean 1. */
export interface FittedPopulation {
  readonly values: number[];
  /** Of sum 1. */
  readonly weights: number[];
  /** How many numbers were fitted, beside the mean. */
  readonly fittedParameters: number;
}

/** Ranks at which law and spectrum are compared. */
const ranks = 24;
/** The search halves its step from the first to the last of these. */
const [firstStep, lastStep] = [0.5, 0.02];
/** Laws that a search may try. */
const mostTrials = 60;

/** Hermite rule of 7 nodes for the mean over a standard normal: abscissae and weights. */
const hermite: readonly (readonly [number, number])[] = [
  [-3.750439717725742, 0.0005482688559722184],
  [-2.366759410734541, 0.03075712396758647],
  [-1.1544053947399682, 0.24012317860501253],
  [0, 0.45714285714285713],
  [1.1544053947399682, 0.24012317860501253],
  [2.366759410734541, 0.03075712396758647],
  [3.750439717725742, 0.0005482688559722184],
];

/** A family of population spectra in two numbers, and where a search through it starts. */
interface Family {
  readonly start: readonly [number, number];
  at(first: number, second: number): { values: number[]; weights: number[] };
}

const families: readonly Family[] = [
  // Two points: logarithm of their ratio, and log odds of the upper one.
  {
    start: [0.7, 0],
    at: (logRatio, logOdds) => {
      const share = 1 / (1 + Math.exp(-logOdds));
      return { values: [1, Math.exp(logRatio)], weights: [1 - share, share] };
    },
  },
  // Logarithms that are a normal variable and a share of its square: spread and skew.
  {
    start: [0.3, 0],
    at: (spread, skew) => ({
      values: hermite.map(([z]) => Math.exp(spread * z + skew * (z * z - 1))),
      weights: hermite.map(([, weight]) => weight),
    }),
  },
];

/**
 * A population spectrum under a bulk, by trial: of two families, two points and a skewed log-normal law on seven points,
 * each in two numbers, the one that comes closest.
 *
 *     minimise sum_k ( F(lambda_(k)) - (k - 1/2) / M )^2   over 24 ranks, in the unit that makes the medians agree
 *
 * @param ascending - eigenvalues of the bulk, in any unit.
 * @param aspectRatio - q = M / N of the bulk.
 * @returns the population, of mean 1; at most 120 laws are tried.
 * @source matching a few numbers of a population spectrum to the sample's: Bai, Chen & Yao 2010, Aust. N. Z. J. Stat.
 *   52:423-437, there by moments; El Karoui 2008, Ann. Stat. 36:2757-2790.
 */
export function fitPopulation(ascending: Float64Array, aspectRatio: number): FittedPopulation {
  const count = ascending.length;
  const normalise = ({ values, weights }: { values: number[]; weights: number[] }) => {
    const mean = values.reduce((sum, value, i) => sum + value * weights[i]!, 0);
    return { values: values.map((value) => value / mean), weights };
  };
  const missOf = ({ values, weights }: { values: number[]; weights: number[] }): number => {
    if (!values.every((value) => value > 1e-6 && value < 1e6)) return Number.POSITIVE_INFINITY;
    const law = generalizedMarchenkoPastur(values, weights, aspectRatio);
    const unit = ascending[count >> 1]! / law.quantile(((count >> 1) + 0.5) / count); // spikes do not move it
    let miss = 0;
    for (let k = 0; k < ranks; k++) {
      const rank = Math.floor(((k + 0.5) / ranks) * count);
      miss += (law.cdf(ascending[rank]! / unit) - (rank + 0.5) / count) ** 2;
    }
    return miss;
  };

  let best = { miss: Number.POSITIVE_INFINITY, population: { values: [1], weights: [1] } };
  for (const family of families) {
    let place: readonly [number, number] = family.start;
    let population = normalise(family.at(...place));
    let miss = missOf(population);
    let trials = 1;
    for (let step = firstStep; step >= lastStep; ) {
      let moved = false;
      for (const [first, second] of [
        [step, 0],
        [-step, 0],
        [0, step],
        [0, -step],
      ] as const) {
        if (trials >= mostTrials) break;
        trials++;
        const next = [place[0] + first, place[1] + second] as const;
        const tried = normalise(family.at(...next));
        const missNext = missOf(tried);
        if (missNext < miss) [place, population, miss, moved] = [next, tried, missNext, true];
      }
      if (trials >= mostTrials) break;
      if (!moved) step /= 2;
    }
    if (miss < best.miss) best = { miss, population };
  }
  return { ...best.population, fittedParameters: 2 };
}
