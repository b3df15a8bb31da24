import type { Matrix } from "../linalg/matrix.ts";
import { accumulateGram } from "./accumulate-gram.ts";
import { bandEigenvalues } from "./band-eigenvalues.ts";
import { reduceToBand } from "./band-reduction.ts";
import { planMemory } from "./gram-plan.ts";
import {
  type KernelVariant,
  kernelsOnMemory,
  kernelsWithMemory,
  releaseSharedMemory,
  type SharedMemory,
  takeSharedMemory,
} from "./kernels.ts";
import { alone, teamMember } from "./team.ts";

/**
 * Eigenvalues of the Gram matrix of the smaller side of W, ascending, in units of `unit` squared.
 *
 * Gram matrix in float64, reduced to a band by blocks and the band to a tridiagonal one by chasing bulges; the same
 * bits for W and its transpose, and for any number of threads.
 *
 * @param matrix - W, any shape with at least one entry, all finite.
 * @param unit - a power of two near the largest entry.
 * @source Bischof, Lang & Sun 2000, ACM TOMS 26:581-601 (successive band reduction).
 */
export function gramEigenvalues(variant: KernelVariant, matrix: Matrix, unit: number): Float64Array {
  const plan = planMemory(Math.min(matrix.rows, matrix.columns), matrix.data.BYTES_PER_ELEMENT, 1);
  const kernels = kernelsWithMemory(variant, plan.bytes);
  new Uint8Array(kernels.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  accumulateGram(kernels, plan, matrix, unit, alone);
  reduceToBand(kernels, plan, alone);
  return bandEigenvalues(kernels, plan);
}

/** What the threads of a team share: hand it to each, with its rank. */
export interface GramTeamWork {
  readonly variant: KernelVariant;
  /** Entries in a SharedArrayBuffer. */
  readonly matrix: Matrix;
  readonly unit: number;
  readonly size: number;
  readonly shared: SharedMemory;
}

/** The entries themselves where threads share them already, else a copy that they share. */
function inSharedMemory(data: Float32Array | Float64Array): Float32Array | Float64Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const shared = new SharedArrayBuffer(data.byteLength);
  const entries = data instanceof Float32Array ? new Float32Array(shared) : new Float64Array(shared);
  entries.set(data);
  return entries;
}

/** Lays out the shared memory for a team of `size` threads. */
export function shareGramWork(
  variant: KernelVariant,
  matrix: Matrix,
  unit: number,
  size: number,
): GramTeamWork {
  const { rows, columns, data } = matrix;
  const plan = planMemory(Math.min(rows, columns), data.BYTES_PER_ELEMENT, size);
  const entries = inSharedMemory(data);
  return {
    variant,
    matrix: { rows, columns, data: entries },
    unit,
    size,
    shared: takeSharedMemory(plan.bytes),
  };
}

/** {@link gramEigenvalues} by a team: thread 0 gets the eigenvalues, the others null. */
export function gramEigenvaluesInTeam(work: GramTeamWork, rank: number): Float64Array | null {
  const { variant, matrix, unit, size, shared } = work;
  const plan = planMemory(Math.min(matrix.rows, matrix.columns), matrix.data.BYTES_PER_ELEMENT, size);
  const kernels = kernelsOnMemory(variant, shared);
  const team = teamMember(shared.memory, rank, size);
  if (rank === 0) new Uint8Array(shared.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  team.barrier();
  accumulateGram(kernels, plan, matrix, unit, team);
  reduceToBand(kernels, plan, team);
  return rank === 0 ? bandEigenvalues(kernels, plan) : null;
}

/** The team is done: its memory may serve the next. */
export function releaseGramWork({ shared }: GramTeamWork): void {
  releaseSharedMemory(shared);
}
