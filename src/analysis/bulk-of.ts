import type { MarchenkoPasturFit } from "../fits/fit-marchenko-pastur.ts";
import { numericalRank, rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import { noiseLike } from "./noise-like.ts";

/** The fit of a spectrum's bulk; noise of its shape is asked for where some values are under the rank tolerance. */
export async function bulkOf(spectrum: Spectrum, compute: Compute): Promise<MarchenkoPasturFit | null> {
  const hasZeros = spectrum.exact && numericalRank(spectrum, rankTolerance(spectrum)) < spectrum.smaller;
  const noise = hasZeros ? await noiseLike(spectrum, compute) : null;
  return await compute.interpret("fit", { spectrum, mostZeros: noise?.mostZeros ?? null });
}
