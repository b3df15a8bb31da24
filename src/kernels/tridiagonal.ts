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
  const [d, e, one] = [base, base + bytes, base + 2 * bytes];
  const kernels = kernelsWithMemory(variant, one + order * 8);
  const row = new Float64Array(kernels.memory.buffer, one, order);
  for (let first = 0; first < count; first += lanes) {
    for (let lane = 0; lane < lanes; lane++) {
      // The last ones are repeated to fill the lanes.
      const from = Math.min(first + lane, count - 1) * order;
      row.set(diagonals.subarray(from, from + order));
      kernels.keepLane(one, order, d + lane * 8);
      row.set(squares.subarray(from, from + order - 1));
      kernels.keepLane(one, order - 1, e + lane * 8);
    }
    if (kernels.fourTridiagonals(d, e, order) !== 0) {
      throw new ConvergenceError(`an eigenvalue of a tridiagonal matrix of order ${order} did not converge`);
    }
    for (let lane = 0; lane < lanes && first + lane < count; lane++) {
      kernels.takeLane(d + lane * 8, order, one);
      row.sort();
      diagonals.set(row, (first + lane) * order);
    }
  }
}
