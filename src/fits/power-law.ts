import { UsageError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import { exponentialityScore } from "./exponentiality.ts";
import { hillDrift } from "./hill.ts";
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

export interface PowerLawFitOptions {
  /** Seed of the bootstrap; 0 by default. */
  readonly seed?: number | string;
  /** Compute p-value and alternatives also where a cheaper test has decided; false by default. */
  readonly complete?: boolean;
}

/** The bootstrap rejects below this p-value. */
const bootstrapLevel = 0.05;
/** An alternative is better below this one. */
const alternativeLevel = 0.05;
/** The excesses over x_min must vary by so many standard deviations more than exponential ones. */
const heavierThanExponential = 2.5;
/** The exponent may drift by so many standard errors along the tail. */
const mostDrift = 3;
/** D (sqrt k + 0.26 + 0.5 / sqrt k) - 0.2 ... beyond which a tail of a given x_min is rejected far below 0.1 %. */
const mostDistance = 1.55;
/** Standard errors that an interval of 90 % reaches, and the widening for a chosen x_min. */
const normalQuantile = 1.6448536269514722;
const widening = 1.5;

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

/** Logarithms of the positive values over the largest, ascending. */
function logsOf(values: ArrayLike<number>): { ascending: Float64Array; logs: Float64Array } {
  const ascending = Float64Array.from(values);
  for (const value of ascending) {
    if (!(value >= 0 && value < Infinity)) {
      throw new UsageError(`a power-law fit needs finite eigenvalues >= 0, got ${value}`);
    }
  }
  ascending.sort();
  const zeros = ascending.findIndex((value) => value > 0);
  const positive = zeros < 0 ? new Float64Array(0) : ascending.subarray(zeros);
  const largest = positive[positive.length - 1]!;
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
  if (drift > mostDrift) return "the exponent grows along the tail, which falls faster than a power law";
  if (drift < -mostDrift)
    return "the exponent shrinks along the tail: its largest values lie beyond a power law";
  return null;
}

const lawNames = {
  exponential: "an exponential law",
  lognormal: "a lognormal law",
  "truncated-power-law": "a power law with an exponential cutoff",
} as const;

/** The alternative that fits significantly better, if one does. */
function betterLaw(alternatives: readonly TailAlternative[]): string | null {
  const better = alternatives.find((each) => each.logLikelihoodRatio < 0 && each.pValue < alternativeLevel);
  return better ? `${lawNames[better.law]} fits the tail better` : null;
}

/** The 90 % interval of alpha: from the replicates where there are any, else from the law at a fixed x_min, widened. */
function intervalOf(tail: PowerLawTail, bootstrap: TailBootstrap | null): [number, number] {
  const exponent = tail.alpha - 1;
  const ratios = bootstrap?.exponentRatios;
  if (!ratios || ratios.length < 20) {
    const reach = Math.exp((widening * normalQuantile) / Math.sqrt(tail.tailCount));
    return [1 + exponent / reach, 1 + exponent * reach];
  }
  const at = (p: number) => {
    const place = p * (ratios.length + 1) - 1;
    const i = Math.max(0, Math.min(ratios.length - 2, Math.floor(place)));
    return ratios[i]! + (place - i) * (ratios[i + 1]! - ratios[i]!);
  };
  return [1 + exponent / at(0.95), 1 + exponent / at(0.05)];
}

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
    if (bootstrap.pValue <= bootstrapLevel) reason ??= "power laws of this size lie closer to their fits";
  }
  return {
    alpha: tail.alpha,
    alphaInterval: intervalOf(tail, bootstrap),
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
