import { marchenkoPastur } from "../laws/marchenko-pastur.ts";
import { bulkScale } from "./bulk-scale.ts";
import { ksDistance } from "./ks-distance.ts";
import type { NullSpectra } from "./null-spectra.ts";

/** How the fit behaves on noise of one shape. */
export interface NullFit {
  /** Standard deviation of the fitted scale over its true value: the relative standard error. */
  readonly scaleError: number;
  /** KS distances of the draws from their own fits, ascending, length draws. */
  readonly ksDistances: Float64Array;
}

const fitted = new WeakMap<NullSpectra, NullFit>();

/** Fits every draw as a layer is fitted; kept for the life of the draws. */
export function fitNull(spectra: NullSpectra): NullFit {
  const known = fitted.get(spectra);
  if (known) return known;
  const { larger, smaller, draws } = spectra;
  const unitLaw = marchenkoPastur(smaller / larger, 1);
  const distances = new Float64Array(draws);
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const ascending = spectra.eigenvalues.subarray(draw * smaller, (draw + 1) * smaller);
    const { scale } = bulkScale(ascending, larger);
    const variance = scale * scale;
    distances[draw] = ksDistance(ascending, (x) => unitLaw.cdf(x / variance));
    sum += (scale - 1) ** 2;
  }
  const fit = { scaleError: Math.sqrt(sum / draws), ksDistances: distances.sort() };
  fitted.set(spectra, fit);
  return fit;
}
