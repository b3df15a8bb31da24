import type { Spectrum } from "../spectrum/spectrum.ts";

/** Sum of the squared singular values over the largest square: |W|_F^2 / |W|_2^2, without leaving the range of squares. */
export function relativeEnergy({ singularValues }: Spectrum): number {
  const largest = singularValues[0]!;
  let sum = 0;
  for (const s of singularValues) sum += (s / largest) ** 2;
  return sum;
}
