import { gaussLegendre } from "../linalg/gauss-legendre.ts";

/** Enough nodes for eight digits of the normalisation, also where the cutoff lies twenty units of t away. */
const order = 80;
/** The integral ends where the density has fallen to e^-40 of its peak. */
const reach = 40;
/** Steps of each bisection, which leave 2^-30 of its range. */
const bisections = 30;

let rule: ReturnType<typeof gaussLegendre> | null = null;

/**
 * What bends a power law down: a convex function s(t) >= 0 of `t = ln(x / x_min)` with s(0) = 0.
 *
 * Densities `p(t) ~ exp(-b t - c s(t))`, t > 0, are Pareto's for c = 0 (b = alpha - 1). `s = t^2 / 2` makes the
 * left-truncated lognormal law of x, `s = e^t - 1` the power law with an exponential cutoff.
 */
export interface Tempering {
  value(t: number): number;
}

export const lognormalTempering: Tempering = { value: (t) => (t * t) / 2 };
export const exponentialTempering: Tempering = { value: Math.expm1 };

/** Logarithm of the normalisation and moments of `exp(-b t - c s(t))` on t > 0. */
function momentsOf({ value }: Tempering, b: number, c: number) {
  const energy = (t: number) => b * t + c * value(t);
  // The energy is convex: its minimum is where the slope ends being negative.
  let end = 0.5 / (1 + Math.abs(b) + c);
  let lowest = 0;
  for (; energy(end) < lowest + reach && end < 1e4; end *= 1.25) lowest = Math.min(lowest, energy(end));
  rule ??= gaussLegendre(order);
  let mass = 0;
  let first = 0;
  let second = 0;
  let tempered = 0;
  for (let i = 0; i < order; i++) {
    const t = (end / 2) * (1 + rule.nodes[i]!);
    const s = value(t);
    const weight = rule.weights[i]! * Math.exp(lowest - b * t - c * s);
    mass += weight;
    first += weight * t;
    second += weight * t * t;
    tempered += weight * s;
  }
  const mean = first / mass;
  return {
    logMass: Math.log((end / 2) * mass) - lowest,
    mean,
    variance: second / mass - mean * mean,
    tempered: tempered / mass,
  };
}

/** b for which the law's mean of t is the sample's: Newton inside a shrinking bracket. */
function solveSlope(tempering: Tempering, c: number, meanLog: number, guess: number): number {
  let low = -Infinity;
  let high = Infinity;
  let b = guess;
  for (let i = 0; i < 60; i++) {
    const { mean, variance } = momentsOf(tempering, b, c);
    if (Math.abs(mean - meanLog) <= 1e-9 * meanLog) break;
    if (mean > meanLog) low = b;
    else high = b;
    let next = b + (mean - meanLog) / variance;
    if (!(next > low && next < high)) {
      next =
        low > -Infinity && high < Infinity
          ? (low + high) / 2
          : low > -Infinity
            ? 2 * Math.abs(b) + 1
            : -2 * Math.abs(b) - 1;
    }
    b = next;
  }
  return b;
}

/** A tempered Pareto law fitted to a tail. */
export interface TemperedFit {
  /** b, of any sign; alpha - 1 where c is 0. */
  readonly slope: number;
  /** c >= 0, how strongly it is bent; 0 where the sample shows no bend. */
  readonly strength: number;
  /** ln L of the Pareto fit minus ln L of this one, <= 0. */
  readonly logLikelihoodRatio: number;
}

/**
 * Maximum likelihood fit of a tempered Pareto law to a tail.
 *
 *     p(t) = exp(-b t - c s(t)) / Z(b, c),  t = ln(x / x_min) > 0,  c >= 0
 *
 * An exponential family: the sample enters by the means of t and s(t) alone, the likelihood is concave, and the slope
 * of its profile along c has one sign change, which is bisected on the logarithm of c.
 *
 * @param meanLog - mean of t over the tail. @param meanTempered - mean of s(t). @param largestTempered - the largest s(t).
 * @param count - k, how many values.
 * @source Barndorff-Nielsen 1978, Information and Exponential Families.
 */
export function fitTemperedPareto(
  tempering: Tempering,
  meanLog: number,
  meanTempered: number,
  largestTempered: number,
  count: number,
): TemperedFit {
  const pareto = { slope: 1 / meanLog, strength: 0, logLikelihoodRatio: 0 };
  let b = pareto.slope;
  const excessAt = (c: number) => {
    b = solveSlope(tempering, c, meanLog, b);
    return momentsOf(tempering, b, c).tempered - meanTempered;
  };
  let low = Math.log(1e-4 / largestTempered);
  let high = Math.log(count / meanTempered);
  if (excessAt(Math.exp(low)) <= 0) return pareto;
  for (let i = 0; i < bisections; i++) {
    const middle = (low + high) / 2;
    if (excessAt(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  const c = Math.exp((low + high) / 2);
  b = solveSlope(tempering, c, meanLog, b);
  const logLikelihood = -b * meanLog - c * meanTempered - momentsOf(tempering, b, c).logMass;
  const paretoLogLikelihood = Math.log(pareto.slope) - 1;
  return {
    slope: b,
    strength: c,
    logLikelihoodRatio: Math.min(0, count * (paretoLogLikelihood - logLikelihood)),
  };
}
