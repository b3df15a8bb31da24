import type { Matrix } from "../linalg/matrix.ts";
import { accumulateGram } from "./accumulate-gram.ts";
import { accumulateShortGram } from "./accumulate-short-gram.ts";
import { bandEigenvalues } from "./band-eigenvalues.ts";
import { reduceToBand } from "./band-reduction.ts";
import { chaseBulges } from "./chase-bulges.ts";
import { block, blockAt, type Plan, panel, planMemory } from "./gram-plan.ts";
import {
  type Kernels,
  type KernelVariant,
  kernelsOnMemory,
  kernelsWithMemory,
  releaseSharedMemory,
  type SharedMemory,
  takeSharedMemory,
} from "./kernels.ts";
import { alone, type Team, teamMember } from "./team.ts";

/**
 * How products are reckoned, which settles last bits: as a variant of the kernels does, or by the relaxed one in pairs, two
 * multiply-adds as one and two additions (`assembly/paired-product.ts`).
 */
export type GramArithmetic = KernelVariant | "paired";

/** The variant of the kernels that has an arithmetic. */
export function variantOf(arithmetic: GramArithmetic): KernelVariant {
  return arithmetic === "paired" ? "relaxed" : arithmetic;
}

/**
 * Eigenvalues of the Gram matrix of the smaller side of W, ascending, in units of `unit` squared.
 *
 * Gram matrix in float64, reduced to a band by blocks and the band to a tridiagonal one by chasing bulges; the same
 * bits for W and its transpose, and for any number of threads.
 *
 * @param matrix - W, any shape with at least one entry, all finite.
 * @param unit - a power of two near the size of the entries.
 * @param isShort - whether nearly all entries are whole multiples of 2^-13 units below 4 units: their products are then
 *   exact. Of other entries it is as right, and slower.
 * @source Bischof, Lang & Sun 2000, ACM TOMS 26:581-601 (successive band reduction).
 */
export function gramEigenvalues(
  arithmetic: GramArithmetic,
  matrix: Matrix,
  unit: number,
  isShort = false,
): Float64Array {
  const order = Math.min(matrix.rows, matrix.columns);
  const plan = planGram(arithmetic, order, matrix.data.BYTES_PER_ELEMENT, 1, isShort);
  const kernels = kernelsWithMemory(variantOf(arithmetic), plan.bytes);
  new Uint8Array(kernels.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  accumulate(kernels, plan, matrix, matrix.rows >= matrix.columns, unit, alone);
  reduceToBand(kernels, plan, alone);
  chaseBulges(kernels, plan, alone);
  return bandEigenvalues(kernels, plan);
}

function planGram(
  arithmetic: GramArithmetic,
  order: number,
  entryBytes: number,
  threads: number,
  isShort: boolean,
): Plan {
  return planMemory(order, entryBytes, threads, arithmetic === "paired", isShort && entryBytes === 4);
}

function accumulate(
  kernels: Kernels,
  plan: Plan,
  part: Matrix,
  isTall: boolean,
  unit: number,
  team: Team,
): void {
  if (plan.short) accumulateShortGram(kernels, plan, plan.short, part, isTall, unit, team);
  else accumulateGram(kernels, plan, part, isTall, unit, team);
}

/**
 * Eigenvalues of a symmetric matrix, such as a Gram matrix that was computed elsewhere, ascending.
 *
 * @param lower - `[order, order]` row-major; only the lower triangle is read.
 */
export function symmetricMatrixEigenvalues(
  variant: KernelVariant,
  lower: Float64Array,
  order: number,
): Float64Array {
  const plan = planMemory(order, 8, 1);
  const kernels = kernelsWithMemory(variant, plan.bytes);
  const bytes = plan.bytes - plan.matrix;
  new Uint8Array(kernels.memory.buffer, plan.matrix, bytes).fill(0);
  const entries = new Float64Array(kernels.memory.buffer);
  // Blocks of the triangle, in panels of a few columns, each with all rows of the block: `assembly/layout.ts`.
  for (let i = 0; i < order; i++) {
    const row = (i % block) * panel;
    for (let j = 0; j <= i; j++) {
      const at = blockAt(plan, Math.floor(i / block), Math.floor(j / block)) / 8;
      const inBlock = j % block;
      entries[at + (inBlock - (inBlock % panel)) * block + row + (inBlock % panel)] = lower[i * order + j]!;
      // Squares on the diagonal are whole.
      if (i - (i % panel) === j - (j % panel)) {
        const mirrored = i % block;
        entries[at + (mirrored - (mirrored % panel)) * block + inBlock * panel + (mirrored % panel)] =
          lower[i * order + j]!;
      }
    }
  }
  reduceToBand(kernels, plan, alone);
  chaseBulges(kernels, plan, alone);
  return bandEigenvalues(kernels, plan);
}

/** Shape of W, and bytes of its entries as they are computed with: 4 or 8. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  readonly entryBytes: number;
}

/** What the threads of a team share: hand it to each, with a step and its rank. */
export interface GramTeamWork {
  readonly arithmetic: GramArithmetic;
  readonly shape: MatrixShape;
  readonly unit: number;
  readonly isShort: boolean;
  readonly size: number;
  readonly shared: SharedMemory;
}

/** Some of W, in a SharedArrayBuffer where threads share it: all of it, or rows of a tall one in their order. */
export interface GramStep {
  readonly part: Matrix;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Bytes of memory for the eigenvalues of one matrix: its own entries come on top. */
export function gramBytes(order: number, arithmetic: GramArithmetic = "plain", mayBeShort = false): number {
  const { bytes } = planGram(arithmetic, order, 8, 1, false);
  return mayBeShort ? Math.max(bytes, planGram(arithmetic, order, 4, 1, true).bytes) : bytes;
}

/** The entries themselves where threads share them already, else a copy that they share. */
export function inSharedMemory(data: Float32Array | Float64Array): Float32Array | Float64Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const shared = new SharedArrayBuffer(data.byteLength);
  const entries = data instanceof Float32Array ? new Float32Array(shared) : new Float64Array(shared);
  entries.set(data);
  return entries;
}

/** Lays out the shared memory for a team of `size` threads. */
export function shareGramWork(
  arithmetic: GramArithmetic,
  { rows, columns, entryBytes }: MatrixShape,
  unit: number,
  size: number,
  isShort = false,
): GramTeamWork {
  const { bytes } = planGram(arithmetic, Math.min(rows, columns), entryBytes, size, isShort);
  const shape = { rows, columns, entryBytes };
  return { arithmetic, shape, unit, isShort, size, shared: takeSharedMemory(bytes) };
}

/** {@link gramEigenvalues} by a team, step by step: thread 0 gets the eigenvalues in the last one, else null. */
export function gramEigenvaluesInTeam(work: GramTeamWork, step: GramStep, rank: number): Float64Array | null {
  const { arithmetic, shape, unit, isShort, size, shared } = work;
  const { part, isFirst, isLast } = step;
  const { rows, columns, entryBytes } = shape;
  const plan = planGram(arithmetic, Math.min(rows, columns), entryBytes, size, isShort);
  const kernels = kernelsOnMemory(variantOf(arithmetic), shared);
  const team = size === 1 ? alone : teamMember(shared.memory, rank, size);
  if (isFirst && rank === 0) {
    new Uint8Array(shared.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  }
  team.barrier();
  accumulate(kernels, plan, part, rows >= columns, unit, team);
  if (!isLast) return null;
  reduceToBand(kernels, plan, team);
  chaseBulges(kernels, plan, team);
  return rank === 0 ? bandEigenvalues(kernels, plan) : null;
}

/** The team is done: its memory may serve the next. */
export function releaseGramWork({ shared }: GramTeamWork): void {
  releaseSharedMemory(shared);
}
