import { UsageError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import { exponentialityScore } from "./exponentiality.ts";
import { hillDrift, partAlphas } from "./hill.ts";
import { candidateTails, type PowerLawTail, powerLawTail, smallestTail } from "./power-law-tail.ts";
import { type TailAlternative, tailAlternatives } from "./tail-alternatives.ts";
import { bootstrapTail, type TailBootstrap } from "./tail-bootstrap.ts";

/** A power law fitted to the upper tail of a spectrum, and whether it is one. */
export interface PowerLawFit {
  /** Exponent of the eigenvalue density, p(x) ~ x^-alpha, > 1; null where there is no tail to fit. */
  readonly alpha: number | null;
  /** 90 % interval of alpha, the choice of x_min included; null with alpha. */
  readonly alphaInterval: readonly [number, number] | null;
  /** Where the tail begins, in the unit of the eigenvalues. */
  readonly xmin: number | null;
  /** How many eigenvalues are >= xmin. */
  readonly tailCount: number | null;
  /** KS distance of the tail from the law, in [0, 1]. */
  readonly ksDistance: number | null;
  /** Chance that a power-law tail looks as unlike one; null where a cheaper test had decided. */
  readonly pValue: number | null;
  /** Standard error of the p-value, from the number of replicates; null with it. */
  readonly pValueStandardError: number | null;
  /** Other laws on the same tail; null where a cheaper test had decided. */
  readonly alternatives: readonly TailAlternative[] | null;
  /** Whether the tail may be called a power law, and alpha be used. */
  readonly reliable: boolean;
  /** Why not; null where it is reliable. */
  readonly reason: string | null;
}

/** Options of {@link fitPowerLaw}. */
export interface PowerLawFitOptions {
  /** Seed of the bootstrap; 0 by default. */
  readonly seed?: number | string;
  /** Compute p-value and alternatives also where a cheaper test has decided; false by default. */
  readonly complete?: boolean;
}

/** The bootstrap rejects below this p-value. */
const bootstrapLevel = 0.05;
/** An alternative is better below this one. */
const alternativeLevel = 0.1;
/** The excesses over x_min must vary by so many standard deviations more than exponential ones. */
const heavierThanExponential = 2.5;
/** The exponent may drift by so many standard errors along the tail. */
const mostDrift = 3;
/**
 * The scaled distance, (D - 0.2 / k)(sqrt k + 0.26 + 0.5 / sqrt k), may reach this. Its 1 % point is 1.308 for a given
 * x_min (Stephens 1974, J. Am. Stat. Assoc. 69:730-737), and less for one chosen to make D small.
 */
const mostDistance = 1.55;
/** Eigenvalues below this share of the largest are zeros: no float reaches there from it. */
const zeroBelow = 1e-100;
/** Share of the replicates left out at each end of the interval: calibrated to 90 % on Pareto samples. */
const tailProbability = 0.06;
/** Fewer replicates than this give no quantiles. */
const fewestRatios = 100;
/** Standard errors to which a 90 % interval reaches. */
const normalQuantile = 1.6448536269514722;
/** What choosing x_min adds to the standard error, where no replicates were made; calibrated so too. */
const widening = 1.2;

const nothing = (reason: string): PowerLawFit => ({
  alpha: null,
  alphaInterval: null,
  xmin: null,
  tailCount: null,
  ksDistance: null,
  pValue: null,
  pValueStandardError: null,
  alternatives: null,
  reliable: false,
  reason,
});

/** Logarithms over the largest of the values that are not zero, ascending. */
function logsOf(values: ArrayLike<number>): { ascending: Float64Array; logs: Float64Array } {
  const ascending = Float64Array.from(values);
  for (const value of ascending) {
    if (!(value >= 0 && value < Infinity)) {
      throw new UsageError(`a power-law fit needs finite eigenvalues >= 0, got ${value}`);
    }
  }
  ascending.sort();
  const largest = ascending[ascending.length - 1] ?? 0;
  const zeros = ascending.findIndex((value) => value / largest > zeroBelow);
  const positive = zeros < 0 ? new Float64Array(0) : ascending.subarray(zeros);
  return { ascending: positive, logs: positive.map((value) => Math.log(value / largest)) };
}

/** What speaks against a power law without simulation, most telling first; null where nothing does. */
function cheapObjection(logs: Float64Array, tail: PowerLawTail): string | null {
  const k = tail.tailCount;
  const base = logs[logs.length - k]!;
  let sum = 0;
  let sumOfSquares = 0;
  for (let i = logs.length - k + 1; i < logs.length; i++) {
    const excess = Math.expm1(logs[i]! - base);
    sum += excess;
    sumOfSquares += excess * excess;
  }
  if (exponentialityScore(sum, sumOfSquares, k - 1) < heavierThanExponential) {
    return "the tail is not heavier than an exponential one";
  }
  const root = Math.sqrt(k);
  if ((tail.ksDistance - 0.2 / k) * (root + 0.26 + 0.5 / root) > mostDistance) {
    return "the tail is far from every power law";
  }
  const drift = hillDrift(logs, k);
  if (drift > mostDrift)
    return "the exponent grows along the tail: its largest values fall short of a power law";
  if (drift < -mostDrift)
    return "the exponent shrinks along the tail: its largest values lie beyond a power law";
  return null;
}

const lawNames = {
  exponential: "an exponential law",
  lognormal: "a lognormal law",
  "truncated-power-law": "a power law with an exponential cutoff",
} as const;

/** The alternative that fits best of those that fit significantly better, if any does. */
function betterLaw(alternatives: readonly TailAlternative[]): string | null {
  const [best] = alternatives
    .filter(({ logLikelihoodRatio, pValue }) => logLikelihoodRatio < 0 && pValue < alternativeLevel)
    .sort((a, b) => a.logLikelihoodRatio - b.logLikelihoodRatio);
  return best ? `${lawNames[best.law]} fits the tail better` : null;
}

/**
 * The 90 % interval of alpha: from the replicates where there are any, else from the law at a fixed x_min, widened.
 * It reaches to the exponents of the tail's upper parts, which an x_min that lies too low leaves behind.
 */
function intervalOf(
  logs: Float64Array,
  tail: PowerLawTail,
  bootstrap: TailBootstrap | null,
): [number, number] {
  const exponent = tail.alpha - 1;
  const ratios = bootstrap?.exponentRatios ?? [];
  const at = (p: number): number => {
    if (ratios.length < fewestRatios) {
      const reach = (widening * normalQuantile) / Math.sqrt(tail.tailCount);
      return Math.exp(p < 0.5 ? -reach : reach);
    }
    const place = p * (ratios.length + 1) - 1;
    const i = Math.max(0, Math.min(ratios.length - 2, Math.floor(place)));
    return ratios[i]! + (place - i) * (ratios[i + 1]! - ratios[i]!);
  };
  const reached = [tail, ...partAlphas(logs, tail.tailCount)]
    .map(({ alpha }) => alpha)
    .filter((alpha) => alpha < Infinity);
  return [
    Math.min(1 + exponent / at(1 - tailProbability), ...reached),
    Math.max(1 + exponent / at(tailProbability), ...reached),
  ];
}

/**
 * Fits a power law to the upper tail of a spectrum, and says whether the tail is one.
 *
 *     p(x) = (alpha - 1) / x_min (x / x_min)^-alpha,  x >= x_min
 *
 * alpha by maximum likelihood, x_min where the tail is nearest to its own fit. It is reliable if the excesses over
 * x_min vary more than exponential ones, alpha does not drift along the tail, neither an exponential nor a lognormal
 * law nor one with a cutoff fits better, and a bootstrap that chooses x_min anew does not reject. The cheap tests come
 * first, and a "no" of theirs ends it; the interval is then the one for a given x_min, a fifth wider.
 *
 * What it cannot do: a lognormal tail of one or two hundred values often passes. Where the power law is a small share
 * of a spectrum with a bulk, x_min may come to lie in the bulk, which a small sample does not show, and the interval
 * covers less than it says.
 *
 * @param eigenvalues - finite, >= 0, in any order and unit; zeros (below 1e-100 of the largest) are left out. Nothing
 *   but `xmin` depends on the unit.
 * @returns the fit, with nulls where fewer than 50 eigenvalues are positive or all are equal.
 * @throws {UsageError} If an eigenvalue is negative or not finite.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703; for the parts see `powerLawTail`, `bootstrapTail`,
 *   `tailAlternatives`, `hillDrift` and `exponentialityScore`.
 * @example
 * ```ts
 * import { fitPowerLaw, randomStream } from "marchenko";
 * const stream = randomStream(2, ["example"]);
 * const values = Float64Array.from({ length: 500 }, () => (1 - stream.uniform()) ** (-1 / 2)); // alpha = 3
 * const fit = fitPowerLaw(values);
 * fit.alphaInterval[0] < 3 && 3 < fit.alphaInterval[1]; // true
 * fit.reliable; // true
 * fitPowerLaw(values.map((value) => Math.log(value))).reason; // "the tail is not heavier than an exponential one"
 * ```
 */
export function fitPowerLaw(eigenvalues: ArrayLike<number>, options: PowerLawFitOptions = {}): PowerLawFit {
  const { ascending, logs } = logsOf(eigenvalues);
  const sizes = candidateTails(logs.length);
  if (sizes.length === 0) {
    return nothing(
      `a tail needs ${smallestTail} eigenvalues that are not zero, and there are ${logs.length}`,
    );
  }
  const tail = powerLawTail(logs, sizes);
  if (!tail) return nothing("the eigenvalues are all equal");

  let reason = cheapObjection(logs, tail);
  let alternatives: TailAlternative[] | null = null;
  let bootstrap: TailBootstrap | null = null;
  if (!reason || options.complete) {
    alternatives = tailAlternatives(logs, tail.tailCount);
    reason ??= betterLaw(alternatives);
  }
  if (!reason || options.complete) {
    bootstrap = bootstrapTail(logs, tail, sizes, randomStream(options.seed ?? 0, ["power-law", logs.length]));
    if (bootstrap.pValue <= bootstrapLevel)
      reason ??= "samples of a power law lie closer to their fits than this tail";
  }
  return {
    alpha: tail.alpha,
    alphaInterval: intervalOf(logs, tail, bootstrap),
    xmin: ascending[logs.length - tail.tailCount]!,
    tailCount: tail.tailCount,
    ksDistance: tail.ksDistance,
    pValue: bootstrap?.pValue ?? null,
    pValueStandardError: bootstrap?.pValueStandardError ?? null,
    alternatives,
    reliable: reason === null,
    reason,
  };
}
