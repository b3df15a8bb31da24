import { dysonIteration } from "../laws/dyson-iteration.ts";
import { leastSquares, type Residuals } from "./least-squares.ts";

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
/** Newton steps from the last solution at a rank before it is looked for afresh. */
const mostSteps = 12;
/** Values of a population, over their mean, are within this and one over it. */
const mostExtreme = 1e6;

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
const hermiteWeights = hermite.map(([, weight]) => weight);
const noChange = hermite.map(() => 0);

/** Points in any unit: logarithms of their values, and weights; each also by its change with both numbers. */
interface Points {
  readonly logs: readonly number[];
  readonly weights: readonly number[];
  readonly logSlopes: readonly (readonly number[])[];
  readonly weightSlopes: readonly (readonly number[])[];
}

/** A family of population spectra in two numbers, and where a search through it starts. */
interface Family {
  readonly start: readonly [number, number];
  at(first: number, second: number): Points;
}

const families: readonly Family[] = [
  // Two points: logarithm of their ratio, and log odds of the upper one.
  {
    start: [0.7, 0],
    at: (logRatio, logOdds) => {
      const share = 1 / (1 + Math.exp(-logOdds));
      const slope = share * (1 - share);
      return {
        logs: [0, logRatio],
        weights: [1 - share, share],
        logSlopes: [
          [0, 1],
          [0, 0],
        ],
        weightSlopes: [
          [0, 0],
          [-slope, slope],
        ],
      };
    },
  },
  // Logarithms that are a normal variable and a share of its square: spread and skew.
  {
    start: [0.3, 0],
    at: (spread, skew) => ({
      logs: hermite.map(([z]) => spread * z + skew * (z * z - 1)),
      weights: hermiteWeights,
      logSlopes: [hermite.map(([z]) => z), hermite.map(([z]) => z * z - 1)],
      weightSlopes: [noChange, noChange],
    }),
  },
];

const weightedSum = (weights: ArrayLike<number>, values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
};

/** The same points over their mean. */
function normalise({ logs, weights }: Points): { values: number[]; weights: number[] } {
  const raw = logs.map(Math.exp);
  const mean = weightedSum(weights, raw);
  return { values: raw.map((value) => value / mean), weights: [...weights] };
}

/** How far the laws of a family are from the bulk, by its two numbers and the logarithm of the unit. */
function comparison({ start, at }: Family, ascending: Float64Array, aspectRatio: number) {
  const count = ascending.length;
  const size = at(...start).logs.length;
  const population = { values: new Float64Array(size), weights: new Float64Array(size) };
  const iteration = dysonIteration({ values: Float64Array.of(1), weights: Float64Array.of(1) }, population);
  const { state } = iteration;
  /** Solutions at the ranks, of the population tried last: where the next one starts. */
  const known = new Float64Array(2 * ranks);
  const over = Math.PI * aspectRatio;

  return ([first, second, logUnit]: readonly number[]): Residuals | null => {
    const points = at(first!, second!);
    const { values, weights } = normalise(points);
    if (!values.every((value) => value > 1 / mostExtreme && value < mostExtreme)) return null;
    for (let k = 0; k < size; k++) {
      population.values[k] = values[k]!;
      population.weights[k] = aspectRatio * weights[k]!;
    }
    // Changes of the normalised points: of their logarithms, t_k = v_k / sum w v.
    const changes = points.logSlopes.map((slopes, number) => {
      const change = points.weightSlopes[number]!;
      const ofMean =
        weightedSum(values, change) + values.reduce((sum, t, k) => sum + t * weights[k]! * slopes[k]!, 0);
      return { logs: slopes.map((slope) => slope - ofMean), weights: change };
    });
    const height = 2 * Math.max(...values) * (1 + Math.sqrt(aspectRatio)) ** 2;

    const residuals = new Float64Array(ranks);
    const slopes = [0, 1, 2].map(() => new Float64Array(ranks));
    for (let k = 0; k < ranks; k++) {
      const rank = Math.floor(((k + 0.5) / ranks) * count);
      const x = ascending[rank]! * Math.exp(-logUnit!);
      const y = Math.sqrt(x);
      state[0] = known[2 * k]!;
      state[1] = known[2 * k + 1]!;
      if (!(state[1]! > 0) || !iteration.settle(y, 0, mostSteps, true)) {
        iteration.descend(y, Math.max(height, x));
      }
      known[2 * k] = state[0]!;
      known[2 * k + 1] = state[1]!;
      const re = state[2]!;
      const im = state[3]!;
      // The tail does not change with the solution, to first order: only with what stands in it besides.
      let tail = Math.atan2(state[1]!, y + state[0]!) - iteration.imaginary();
      for (let j = 0; j < size; j++) {
        const t = values[j]!;
        const angle = Math.atan2(im * t, y + re * t);
        const weight = population.weights[j]!;
        tail += weight * angle;
        const modulus = (y + re * t) ** 2 + (im * t) ** 2;
        const turn = (weight * t * y * im) / modulus;
        for (let number = 0; number < 2; number++) {
          const change = changes[number]!;
          slopes[number]![k]! -= (turn * change.logs[j]! + aspectRatio * angle * change.weights[j]!) / over;
        }
      }
      residuals[k] = 1 - tail / over - (rank + 0.5) / count;
      slopes[2]![k] = -iteration.imaginary() / over;
    }
    return { values: residuals, slopes };
  };
}

/**
 * A population spectrum under a bulk, by least squares: of two families, two points and a skewed log-normal law on seven
 * points, each in two numbers, the one that comes closest.
 *
 *     minimise sum_k ( F(lambda_(k) / u) - (k - 1/2) / M )^2   over 24 ranks, by the two numbers and the unit u
 *
 * @param ascending - eigenvalues of the bulk, in any unit.
 * @param aspectRatio - q = M / N of the bulk, in (0, 1].
 * @returns the population, of mean 1.
 * @source matching a few numbers of a population spectrum to the sample's: Bai, Chen & Yao 2010, Aust. N. Z. J. Stat.
 *   52:423-437, there by moments; El Karoui 2008, Ann. Stat. 36:2757-2790.
 */
export function fitPopulation(ascending: Float64Array, aspectRatio: number): FittedPopulation {
  // The mean of the lower three quarters: spikes do not move it.
  const low = ascending.subarray(0, Math.ceil(0.75 * ascending.length));
  const unit = Math.log(low.reduce((sum, value) => sum + value, 0) / low.length);
  let best = { sum: Number.POSITIVE_INFINITY, values: [1], weights: [1] };
  for (const family of families) {
    const compare = comparison(family, ascending, aspectRatio);
    // From a unit far off, the first steps of all three would lead astray: the unit by itself before.
    const ofUnit = leastSquares(
      ([logUnit]) => {
        const compared = compare([...family.start, logUnit!]);
        return compared && { values: compared.values, slopes: [compared.slopes[2]!] };
      },
      [unit],
    );
    if (!ofUnit) continue;
    const found = leastSquares(compare, [...family.start, ...ofUnit.parameters]);
    if (found && found.sum < best.sum) {
      best = { sum: found.sum, ...normalise(family.at(found.parameters[0]!, found.parameters[1]!)) };
    }
  }
  return { values: best.values, weights: best.weights, fittedParameters: 2 };
}
