import { orthonormalize } from "../linalg/orthonormalize.ts";
import type { RandomStream } from "../linalg/random.ts";

/** Lanczos from one random direction. */
export interface Probe {
  /** `[steps + 1, order]`: orthonormal rows, and the product that becomes the next. */
  readonly basis: Float64Array;
  /** The tridiagonal matrix; the last of `beta` is what leads out of the subspace. */
  readonly alpha: number[];
  readonly beta: number[];
  readonly stream: RandomStream;
}

export function newProbe(order: number, steps: number, stream: RandomStream): Probe {
  const basis = new Float64Array((steps + 1) * order);
  for (let j = 0; j < order; j++) basis[j] = stream.normal();
  orthonormalize(basis, 0, order, stream);
  return { basis, alpha: [], beta: [], stream };
}

/** Makes the product in the next row of the basis orthogonal to all before; beta is 0 where nothing remains. */
export function extend({ basis, alpha, beta, stream }: Probe, order: number): void {
  const size = alpha.length + 1;
  if (size === order) {
    let sum = 0;
    for (let j = 0, at = (size - 1) * order; j < order; j++, at++) sum += basis[at]! * basis[at + order]!;
    alpha.push(sum);
    beta.push(0);
    return;
  }
  const coefficients = orthonormalize(basis, size, order, stream);
  alpha.push(coefficients[size - 1]!);
  beta.push(coefficients[size]!);
}
