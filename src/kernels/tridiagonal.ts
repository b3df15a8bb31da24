import { type TridiagonalSolver, tridiagonalEigenvalues } from "../linalg/tridiagonal-eigenvalues.ts";
import { bestVariant, type Kernels, kernelsWithMemory } from "./kernels.ts";

/** Where the matrix lies in a memory that holds nothing else. */
const base = 1024;

/** The sweeps of `tridiagonalEigenvalues` as a kernel, with the matrix at `at` in its memory. */
export function tridiagonalSolver(kernels: Kernels, at: number): TridiagonalSolver {
  return (d, e, floor) => {
    const order = d.length;
    const entries = new Float64Array(kernels.memory.buffer, at, 2 * order);
    entries.set(d);
    entries.set(e.subarray(0, order - 1), order);
    const isDone = kernels.tridiagonal(at, at + order * 8, order, floor) === 0;
    d.set(entries.subarray(0, order));
    return isDone;
  };
}

/** `tridiagonalEigenvalues` by the kernel where WebAssembly SIMD is at hand. */
export function fastTridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonalSquared: Float64Array,
): Float64Array {
  const variant = bestVariant();
  if (!variant) return tridiagonalEigenvalues(diagonal, offDiagonalSquared);
  const kernels = kernelsWithMemory(variant, base + 16 * diagonal.length);
  return tridiagonalEigenvalues(diagonal, offDiagonalSquared, tridiagonalSolver(kernels, base));
}
