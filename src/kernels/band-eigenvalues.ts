import { tridiagonalEigenvalues } from "../linalg/tridiagonal-eigenvalues.ts";
import { bandPitch, type Plan } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import { tridiagonalSolver } from "./tridiagonal.ts";

/** Eigenvalues of a band that has been chased to tridiagonal form, ascending. */
export function bandEigenvalues(kernels: Kernels, plan: Plan): Float64Array {
  const { order, band, v } = plan;
  const entries = new Float64Array(kernels.memory.buffer, band, order * bandPitch);
  const diagonal = new Float64Array(order);
  const squares = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    diagonal[i] = entries[i * bandPitch]!;
    if (i < order - 1) squares[i] = entries[i * bandPitch + 1]! ** 2;
  }
  return tridiagonalEigenvalues(diagonal, squares, tridiagonalSolver(kernels, v));
}
