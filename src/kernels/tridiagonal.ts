import { ConvergenceError } from "../errors.ts";
import { type TridiagonalSolver, tridiagonalEigenvalues } from "../linalg/tridiagonal-eigenvalues.ts";
import { bestVariant, type Kernels, kernelsWithMemory } from "./kernels.ts";

/** Matrices that the kernel takes at once, an entry of each next to each other. */
const lanes = 4;
/** Where they lie in a memory that holds nothing else. */
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

/**
 * Eigenvalues of many tridiagonal matrices of one order, four at a time where WebAssembly SIMD is at hand: a third
 * of the time of one after the other.
 *
 * @param diagonals - `[count, order]`, positive semidefinite matrices with the larger entries first; replaced by the
 *   eigenvalues, ascending in each row.
 * @param squares - `[count, order]`: squared off-diagonals, the last of each row unused; overwritten.
 * @throws {ConvergenceError} If an eigenvalue does not converge.
 */
export function tridiagonalBatch(diagonals: Float64Array, squares: Float64Array, order: number): void {
  const count = diagonals.length / order;
  const variant = bestVariant();
  if (!variant) {
    for (let row = 0; row < count; row++) {
      const from = row * order;
      tridiagonalEigenvalues(diagonals.subarray(from, from + order), squares.subarray(from, from + order));
    }
    return;
  }
  const bytes = order * lanes * 8;
  const kernels = kernelsWithMemory(variant, base + 2 * bytes);
  const d = new Float64Array(kernels.memory.buffer, base, order * lanes);
  const e = new Float64Array(kernels.memory.buffer, base + bytes, order * lanes);
  for (let first = 0; first < count; first += lanes) {
    // The last ones are repeated to fill the lanes. QL meets the small end first, so rows go in backwards.
    for (let lane = 0; lane < lanes; lane++) {
      const from = Math.min(first + lane, count - 1) * order;
      for (let i = 0; i < order; i++) {
        d[i * lanes + lane] = diagonals[from + order - 1 - i]!;
        e[i * lanes + lane] = i < order - 1 ? squares[from + order - 2 - i]! : 0;
      }
    }
    if (kernels.fourTridiagonals(base, base + bytes, order) !== 0) {
      throw new ConvergenceError(`an eigenvalue of a tridiagonal matrix of order ${order} did not converge`);
    }
    for (let lane = 0; lane < lanes && first + lane < count; lane++) {
      const row = diagonals.subarray((first + lane) * order, (first + lane + 1) * order);
      for (let i = 0; i < order; i++) row[i] = d[i * lanes + lane]!;
      row.sort();
    }
  }
}
