import {
  fewestEigenvalues,
  fitMarchenkoPastur,
  type MarchenkoPasturFit,
} from "../fits/fit-marchenko-pastur.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { rejectionLevel } from "./judge.ts";

/** A spectrum, and how many values under the rank tolerance are chance; null where that is not known. */
export interface BulkTask {
  readonly spectrum: Spectrum;
  readonly mostZeros: number | null;
}

/**
 * The Marchenko-Pastur fit of a layer, of all its eigenvalues or of those above the rank tolerance.
 *
 * Zeros that noise has too are part of its bulk; more than that are structure, and not fitted, and so is what is 0.
 *
 * @returns null with too few of them, and for an estimate.
 */
export function fitBulk({ spectrum, mostZeros }: BulkTask): MarchenkoPasturFit | null {
  const { exact, smaller, singularValues } = spectrum;
  if (!exact) return null;
  const rank = numericalRank(spectrum, rankTolerance(spectrum));
  const isDeficient = smaller - rank > (mostZeros ?? smaller) || singularValues[smaller - 1] === 0;
  const fitted = isDeficient ? rank : smaller;
  return fitted < fewestEigenvalues ? null : fitMarchenkoPastur(spectrum, { rank: fitted });
}

/** More of the spectrum than this beyond the bulk is no handful of directions. */
const mostSpikes = 0.05;

/** Whether the bulk needs another explanation than Marchenko and Pastur's: unequal variances look like many spikes. */
export function isUnexplained(fit: MarchenkoPasturFit | null): boolean {
  return fit !== null && ((fit.pValue ?? 1) <= rejectionLevel || fit.spikes.length > mostSpikes * fit.count);
}
