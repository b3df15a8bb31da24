import { drawnConcentration, type NullConcentration, nullConcentration } from "../fits/null-concentration.ts";
import { frobeniusNorm } from "../metrics/frobenius-norm.ts";
import type { Measurement } from "../metrics/metric.ts";
import { rankTolerance } from "../spectrum/rank.ts";
import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import type { Examination } from "./examination.ts";
import type { LayerNumbers } from "./measure-spectrum.ts";

/**
 * Fits, measures and judges one spectrum, against simulated noise of its shape.
 *
 * @param examination - what was found while the entries were at hand. @param seed - of the tail's bootstrap.
 */
export async function measureLayer(
  spectrum: Spectrum,
  examination: Examination,
  compute: Compute,
  seed: number | string,
  keep: "summary" | "all",
): Promise<LayerNumbers> {
  const noise = spectrum.exact ? await noiseLike(spectrum, compute) : null;
  // Singular vectors are told, not measured, and would be long to send.
  const task = { spectrum, examination: { ...examination, leading: [] }, noise, seed, keep };
  return await compute.interpret("measure", task);
}

/** What noise of the shape gives; its draws stay here, since layers of one shape share them. */
async function noiseLike(spectrum: Spectrum, compute: Compute): Promise<NullConcentration | null> {
  const { larger, smaller } = spectrum;
  const entrySize = (frobeniusNorm.compute({ spectrum } as Measurement) ?? 0) / Math.sqrt(larger * smaller);
  const relative = rankTolerance(spectrum) / entrySize;
  return (
    nullConcentration(larger, smaller, relative) ??
    drawnConcentration(await compute.nullSpectra(larger, smaller), relative)
  );
}
