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

/** Points in any unit: logarithms of their values, and weights; each also by its change with both numbers. */
interface Points {
  readonly logs: Float64Array;
  readonly weights: Float64Array;
  readonly logSlopes: readonly [Float64Array, Float64Array];
  readonly weightSlopes: readonly [Float64Array, Float64Array];
}

/** A family of population spectra in two numbers, and where a search through it starts. */
interface Family {
  readonly size: number;
  readonly start: readonly [number, number];
  /** Writes what of the points is not zero, into points that are. */
  write(first: number, second: number, points: Points): void;
}

const families: readonly Family[] = [
  // Two points: logarithm of their ratio, and log odds of the upper one.
  {
    size: 2,
    start: [0.7, 0],
    write(logRatio, logOdds, { logs, weights, logSlopes, weightSlopes }) {
      const share = 1 / (1 + Math.exp(-logOdds));
      logs[1] = logRatio;
      weights[0] = 1 - share;
      weights[1] = share;
      logSlopes[0][1] = 1;
      weightSlopes[1][0] = -share * (1 - share);
      weightSlopes[1][1] = share * (1 - share);
    },
  },
  // Logarithms that are a normal variable and a share of its square: spread and skew.
  {
    size: hermite.length,
    start: [0.3, 0],
    write(spread, skew, { logs, weights, logSlopes }) {
      for (let k = 0; k < hermite.length; k++) {
        const [z, weight] = hermite[k]!;
        weights[k] = weight;
        logSlopes[0][k] = z;
        logSlopes[1][k] = z * z - 1;
        logs[k] = spread * z + skew * (z * z - 1);
      }
    },
  },
];

function noPoints(size: number): Points {
  const zeros = () => new Float64Array(size);
  return {
    logs: zeros(),
    weights: zeros(),
    logSlopes: [zeros(), zeros()],
    weightSlopes: [zeros(), zeros()],
  };
}

const weightedSum = (weights: Float64Array, values: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
};

/** Writes the values of points over their mean. */
function normalise({ logs, weights }: Points, values: Float64Array): void {
  for (let k = 0; k < values.length; k++) values[k] = Math.exp(logs[k]!);
  const mean = weightedSum(weights, values);
  for (let k = 0; k < values.length; k++) values[k]! /= mean;
}

/** How far the laws of a family are from the bulk; slopes are by the logarithm of the unit, then by the two numbers. */
function comparison({ size, write }: Family, ascending: Float64Array, aspectRatio: number) {
  const count = ascending.length;
  const points = noPoints(size);
  const population = { values: new Float64Array(size), weights: new Float64Array(size) };
  const { values } = population;
  const iteration = dysonIteration({ values: Float64Array.of(1), weights: Float64Array.of(1) }, population);
  const { state } = iteration;
  /** Solutions at the ranks, of the population tried last: where the next one starts. */
  const known = new Float64Array(2 * ranks);
  const over = Math.PI * aspectRatio;
  /** How the logarithms of the normalised points change with each number. */
  const logChanges = [new Float64Array(size), new Float64Array(size)] as const;

  return (first: number, second: number, logUnit: number, into: Residuals): boolean => {
    write(first, second, points);
    normalise(points, values);
    let largest = 0;
    for (let k = 0; k < size; k++) {
      if (!(values[k]! > 1 / mostExtreme && values[k]! < mostExtreme)) return false;
      largest = Math.max(largest, values[k]!);
      population.weights[k] = aspectRatio * points.weights[k]!;
    }
    // Of t_k = v_k / sum w v.
    for (let number = 0; number < 2; number++) {
      const slopes = points.logSlopes[number]!;
      let ofMean = weightedSum(values, points.weightSlopes[number]!);
      for (let k = 0; k < size; k++) ofMean += values[k]! * points.weights[k]! * slopes[k]!;
      for (let k = 0; k < size; k++) logChanges[number]![k] = slopes[k]! - ofMean;
    }
    const height = 2 * largest * (1 + Math.sqrt(aspectRatio)) ** 2;

    for (let k = ranks - 1; k >= 0; k--) {
      const rank = Math.floor(((k + 0.5) / ranks) * count);
      const x = ascending[rank]! * Math.exp(-logUnit);
      const y = Math.sqrt(x);
      // The first time, from the solution at the rank above: near, where the density is.
      const from = known[2 * k + 1]! > 0 || k === ranks - 1 ? k : k + 1;
      state[0] = known[2 * from]!;
      state[1] = known[2 * from + 1]!;
      if (!(state[1]! > 0) || !iteration.settle(y, 0, mostSteps, true)) {
        iteration.descend(y, Math.max(height, x));
      }
      known[2 * k] = state[0]!;
      known[2 * k + 1] = state[1]!;
      const re = state[2]!;
      const im = state[3]!;
      const density = iteration.imaginary();
      // The tail does not change with the solution, to first order: only with what stands in it besides.
      let tail = Math.atan2(state[1]!, y + state[0]!) - density;
      let byFirst = 0;
      let bySecond = 0;
      for (let j = 0; j < size; j++) {
        const t = values[j]!;
        const angle = Math.atan2(im * t, y + re * t);
        const weight = population.weights[j]!;
        tail += weight * angle;
        const modulus = (y + re * t) ** 2 + (im * t) ** 2;
        const turn = (weight * t * y * im) / modulus;
        byFirst += turn * logChanges[0][j]! + aspectRatio * angle * points.weightSlopes[0][j]!;
        bySecond += turn * logChanges[1][j]! + aspectRatio * angle * points.weightSlopes[1][j]!;
      }
      into.values[k] = 1 - tail / over - (rank + 0.5) / count;
      into.slopes[0]![k] = -density / over;
      if (into.slopes.length === 1) continue; // the unit alone is fitted
      into.slopes[1]![k] = -byFirst / over;
      into.slopes[2]![k] = -bySecond / over;
    }
    return true;
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
    const [first, second] = family.start;
    const compare = comparison(family, ascending, aspectRatio);
    // From a unit far off, the first steps of all three would lead astray: the unit by itself before.
    const ofUnit = leastSquares(ranks, ([u], into) => compare(first, second, u!, into), [unit]);
    if (!ofUnit) continue;
    const found = leastSquares(ranks, ([u, one, other], into) => compare(one!, other!, u!, into), [
      ofUnit.parameters[0]!,
      first,
      second,
    ]);
    if (!found || !(found.sum < best.sum)) continue;
    const points = noPoints(family.size);
    const values = new Float64Array(family.size);
    family.write(found.parameters[1]!, found.parameters[2]!, points);
    normalise(points, values);
    best = { sum: found.sum, values: Array.from(values), weights: Array.from(points.weights) };
  }
  return { values: best.values, weights: best.weights, fittedParameters: 2 };
}
