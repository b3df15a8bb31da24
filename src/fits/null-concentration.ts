import { tracyWidom } from "../laws/tracy-widom.ts";
import { lowerEdgePValue, lowerEdgeQuantile, upperEdge } from "./edge-law.ts";
import type { NullSpectra } from "./null-spectra.ts";

/** What noise of one shape, stored with a given rounding, gives for the spectral concentration. */
export interface NullConcentration {
  /** 5, 50 and 95 % quantiles of the largest over the smallest non-zero singular value. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** Most singular values under the tolerance that are chance: more are not. */
  readonly mostZeros: number;
}

/** Values of each of the two ends that are combined with each of the other. */
const nodes = 64;
/** A tolerance reaches into the spectrum of noise where its smallest value is under it as often as this. */
const reach = 0.02;
/** One zero is chance where noise has one as often as this. */
const oddZero = 1e-6;
/** Smaller spectra have ends that feel each other, and are drawn in no time. */
const lawsFrom = 128;
/** Sides that differ by 2 to this many have a smallest value whose law is known in its tail only. */
const roughUpTo = 15;

let ends: readonly (readonly [p: number, quantile: number])[] | null = null; // reckoned when first needed

/** Midpoints of equal shares of the Tracy-Widom law. */
function tracyWidomNodes(): readonly (readonly [p: number, quantile: number])[] {
  ends ??= Array.from({ length: nodes }, (_, k) => {
    const p = (k + 0.5) / nodes;
    return [p, tracyWidom(1).quantile(p)] as const;
  });
  return ends;
}

/**
 * Spectral concentration of noise by the laws of its two edges, which are independent of each other in the limit.
 *
 * @param larger - N. @param smaller - M.
 * @param relativeTolerance - the layer's rank tolerance over the root mean square of its entries, >= 0.
 * @returns quantiles; null under M = 128, where the tolerance reaches into the spectrum, or no law of the lower edge holds
 *   in its body: then noise has to be drawn, see {@link drawnConcentration}.
 * @source Johnstone 2001; Ma 2012; Edelman 1988, by `upperEdge` and `lowerEdgePValue`. Against simulation: see the
 *   tests.
 */
export function nullConcentration(
  larger: number,
  smaller: number,
  relativeTolerance: number,
): NullConcentration | null {
  const difference = larger - smaller;
  if (smaller < lawsFrom || (difference >= 2 && difference <= roughUpTo)) return null;
  const zero = lowerEdgePValue(relativeTolerance ** 2, larger, smaller);
  if (zero > reach) return null;
  return { ...quantilesByLaws(larger, smaller), mostZeros: zero > oddZero ? 1 : 0 };
}

type Quantiles = Pick<NullConcentration, "low" | "median" | "high">;

/** By shape: of a model's layers many have the same. */
const reckoned = new Map<string, Quantiles>();

function quantilesByLaws(larger: number, smaller: number): Quantiles {
  const shape = `${larger} ${smaller}`;
  const before = reckoned.get(shape);
  if (before) return before;
  const { centre, width } = upperEdge(larger, smaller);
  const law = tracyWidomNodes();
  const largest = law.map(([, quantile]) => centre + width * quantile);
  const smallest = law.map(([p, quantile]) => lowerEdgeQuantile(1 - p, quantile, larger, smaller));
  const ratios = Float64Array.from(
    largest.flatMap((top) => smallest.map((bottom) => Math.sqrt(top / bottom))),
  ).sort();
  const quantiles = quantilesOf(ratios);
  reckoned.set(shape, quantiles);
  return quantiles;
}

/**
 * The same from simulated noise, with the tolerance for zero of the layer it is compared to.
 *
 * @param spectra - noise with unit entries.
 * @returns quantiles by linear interpolation of the draws; null when noise of this shape is all zero at
 *   that tolerance.
 */
export function drawnConcentration(
  spectra: NullSpectra,
  relativeTolerance: number,
): NullConcentration | null {
  const { larger, smaller, draws, eigenvalues } = spectra;
  const threshold = relativeTolerance ** 2 / larger;
  const ratios = new Float64Array(draws);
  let mostZeros = 0;
  for (let draw = 0; draw < draws; draw++) {
    const first = draw * smaller;
    let zeros = 0;
    while (zeros < smaller && eigenvalues[first + zeros]! <= threshold) zeros++;
    if (zeros === smaller) return null;
    mostZeros = Math.max(mostZeros, zeros);
    ratios[draw] = Math.sqrt(eigenvalues[first + smaller - 1]! / eigenvalues[first + zeros]!);
  }
  // One more than in any draw is still chance, once in a hundred layers.
  return { ...quantilesOf(ratios.sort()), mostZeros: mostZeros + (mostZeros > 0 ? 1 : 0) };
}

function quantilesOf(ascending: Float64Array): Quantiles {
  return {
    low: quantile(ascending, 0.05),
    median: quantile(ascending, 0.5),
    high: quantile(ascending, 0.95),
  };
}

/** Quantile of a sorted sample, linear between its points. */
function quantile(ascending: Float64Array, p: number): number {
  const place = p * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}
