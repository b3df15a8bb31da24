import {
  fewestEigenvalues,
  fitMarchenkoPastur,
  type MarchenkoPasturFit,
} from "../fits/fit-marchenko-pastur.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import { rejectionLevel } from "./judge.ts";

/** Eigenvalues above the rank tolerance, fitted. */
export function firstFit(spectrum: Spectrum): MarchenkoPasturFit | null {
  const rank = spectrum.exact ? numericalRank(spectrum, rankTolerance(spectrum)) : 0;
  return rank < fewestEigenvalues ? null : fitMarchenkoPastur(spectrum, { rank });
}

/** More of the spectrum than this beyond the bulk is no handful of directions. */
const mostSpikes = 0.05;

/** Whether the bulk needs another explanation than Marchenko and Pastur's: unequal variances look like many spikes. */
export function isUnexplained(fit: MarchenkoPasturFit | null): boolean {
  return fit !== null && ((fit.pValue ?? 1) <= rejectionLevel || fit.spikes.length > mostSpikes * fit.count);
}
