import { drawnConcentration, type NullConcentration, nullConcentration } from "../fits/null-concentration.ts";
import { frobeniusNorm } from "../metrics/frobenius-norm.ts";
import type { Measurement } from "../metrics/metric.ts";
import { rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";

/** What noise of the shape, size and rounding of a layer gives; its draws are shared by layers of one shape. */
export async function noiseLike(spectrum: Spectrum, compute: Compute): Promise<NullConcentration | null> {
  const { larger, smaller } = spectrum;
  const entrySize = (frobeniusNorm.compute({ spectrum } as Measurement) ?? 0) / Math.sqrt(larger * smaller);
  const relative = rankTolerance(spectrum) / entrySize;
  return (
    nullConcentration(larger, smaller, relative) ??
    drawnConcentration(await compute.nullSpectra(larger, smaller), relative)
  );
}
