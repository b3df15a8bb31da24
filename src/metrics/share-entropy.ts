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

/**
 * Bound on the error of that entropy.
 *
 *     T ln(M - 1) + h(T),  T = 2 |E|_F / |W|_F,  h the entropy of (T, 1 - T)
 *
 * @param norm - |E|_F / |W|_F, E the error of the matrix: shares then move by T in total variation, to leading order.
 * @param count - M, at least 1.
 * @returns nats; at most ln M.
 * @source Audenaert 2007, J. Phys. A 40:8127, theorem 1, of commuting states.
 */
export function entropyError(norm: number, count: number): number {
  const moved = 2 * norm;
  if (count < 2 || moved === 0) return 0;
  if (moved >= 1 - 1 / count) return Math.log(count);
  const binary = -moved * Math.log(moved) - (1 - moved) * Math.log1p(-moved);
  return Math.min(Math.log(count), moved * Math.log(count - 1) + binary);
}
