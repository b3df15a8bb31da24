import type { Spectrum } from "../spectrum/spectrum.ts";
import type { Compute } from "./compute.ts";
import type { Examination } from "./examination.ts";
import type { LayerNumbers } from "./measure-spectrum.ts";
import { noiseLike } from "./noise-like.ts";

/**
 * Measures and judges one spectrum, whose bulk is fitted, against simulated noise of its shape.
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
