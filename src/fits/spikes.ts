import { tracyWidom } from "../laws/tracy-widom.ts";
import { invertBbp } from "./bbp.ts";
import { lowerEdgePValue, upperEdge } from "./edge-law.ts";

/** An eigenvalue that noise of the layer's shape and scale does not reach. */
export interface Spike {
  /** In the unit of the weights. */
  readonly singularValue: number;
  /** Probability under noise, in [1e-300, 1]. */
  readonly pValue: number;
  /** Corrected for the number of layers, by a later pass over all of them; null before it. */
  readonly pValueAdjusted: number | null;
  /** Planted singular value by the BBP relation; null below the bulk. */
  readonly strength: number | null;
  readonly overlapLeft: number | null;
  readonly overlapRight: number | null;
}

/** Smaller p-values underflow: they are given as this, which is then an upper bound. */
export const smallestPValue = 1e-300;

/** Largest p-value at which an outlier counts as a spike. */
export const spikeLevel = 0.01;

/** Hermite rule of 9 nodes for the mean over a standard normal: abscissae >= 0 and weights. */
const hermite: readonly (readonly [number, number])[] = [
  [0, 0.4063492063492063],
  [1.023255663789133, 0.2440975028949394],
  [2.07684797867783, 0.04991640676521788],
  [3.20542900285647, 0.002789141321231769],
  [4.512745863399783, 0.00002234584400774658],
];

/** Mean of a p-value over z standard normal. */
function meanPValue(f: (z: number) => number): number {
  let sum = 0;
  for (const [z, weight] of hermite) sum += weight * (z === 0 ? f(0) : f(z) + f(-z));
  return Math.max(sum, smallestPValue);
}

/**
 * Outliers above the bulk: the largest eigenvalue is tested against noise, then the next against noise
 * of a matrix with one row and column less, until one passes for noise.
 *
 * The p-value is that of the Tracy-Widom law, averaged over the uncertainty of the scale.
 *
 * @param ascending - eigenvalues of `W'W / N`, ascending, length M.
 * @param larger - N. @param scale - s of the bulk. @param scaleError - its relative standard error.
 * @returns the spikes, largest first.
 * @source sequential test: Kritchman & Nadler 2009, IEEE Trans. Signal Process. 57:3930-3941.
 */
export function spikesAbove(
  ascending: Float64Array,
  larger: number,
  scale: number,
  scaleError: number,
): Spike[] {
  const law = tracyWidom(1);
  const smaller = ascending.length;
  const spikes: Spike[] = [];
  const most = Math.floor(smaller / 2);
  while (spikes.length < most) {
    const found = spikes.length;
    const { centre, width } = upperEdge(larger - found, smaller - found);
    const eigenvalue = ascending[smaller - 1 - found]!;
    const reduced = (eigenvalue * larger) / scale ** 2;
    if (reduced < centre) break; // inside the bulk: the p-value is over one half
    const pValue = meanPValue((z) => law.survival((reduced / (1 + scaleError * z) ** 2 - centre) / width));
    if (pValue > spikeLevel) break;
    const singularValue = Math.sqrt(eigenvalue * larger);
    const planted = invertBbp(singularValue, scale, larger, smaller);
    spikes.push({
      singularValue,
      pValue,
      pValueAdjusted: null,
      strength: planted?.strength ?? null,
      overlapLeft: planted?.overlapLeft ?? null,
      overlapRight: planted?.overlapRight ?? null,
    });
  }
  return spikes;
}

/**
 * Outliers below the bulk, smallest first, by the law of the lower edge; sequential like those above.
 */
export function spikesBelow(
  ascending: Float64Array,
  larger: number,
  scale: number,
  scaleError: number,
): Spike[] {
  const smaller = ascending.length;
  const spikes: Spike[] = [];
  const most = Math.floor(smaller / 2);
  while (spikes.length < most) {
    const found = spikes.length;
    const eigenvalue = ascending[found]!;
    const reduced = (eigenvalue * larger) / scale ** 2;
    const law = (x: number) => lowerEdgePValue(x, larger - found, smaller - found);
    if (law(reduced) > 0.5) break;
    const pValue = meanPValue((z) => law(reduced / (1 + scaleError * z) ** 2));
    if (pValue > spikeLevel) break;
    const singularValue = Math.sqrt(eigenvalue * larger);
    spikes.push({
      singularValue,
      pValue,
      pValueAdjusted: null,
      strength: null,
      overlapLeft: null,
      overlapRight: null,
    });
  }
  return spikes;
}
