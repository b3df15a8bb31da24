import { tridiagonalEigenvalues } from "../linalg/tridiagonal-eigenvalues.ts";
import { bandPitch, type Plan } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";

/** Band to tridiagonal, then its eigenvalues, ascending. */
export function bandEigenvalues(kernels: Kernels, plan: Plan): Float64Array {
  const { order, width, band, small } = plan;
  for (let s = 0; s < order - 2; s++) kernels.chaseSweep(band, order, width, s, small);
  const entries = new Float64Array(kernels.memory.buffer, band, order * bandPitch);
  const diagonal = Float64Array.from({ length: order }, (_, i) => entries[i * bandPitch]!);
  const squares = Float64Array.from({ length: order }, (_, i) =>
    i < order - 1 ? entries[i * bandPitch + 1]! ** 2 : 0,
  );
  return tridiagonalEigenvalues(diagonal, squares);
}
