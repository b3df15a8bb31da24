import type { Spectrum } from "../spectrum/spectrum.ts";
import { relativeEnergy } from "./relative-energy.ts";

/** Shannon entropy of the eigenvalue shares, `-sum p_i log p_i` with `p_i = s_i^2 / sum s^2`, in nats. */
export function shareEntropy(spectrum: Spectrum): number {
  const largest = spectrum.singularValues[0]!;
  const total = relativeEnergy(spectrum);
  let entropy = 0;
  for (const s of spectrum.singularValues) {
    const share = (s / largest) ** 2 / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.max(0, entropy);
}
