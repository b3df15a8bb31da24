import { placesAtOnce } from "./run-contraction.ts";
import type { TrainingKernels } from "./training-kernels.ts";

/** Columns of a panel, as in `training/active.ts`. */
const panelColumns = 48;
const entryBytes = 4;
/** Bytes of an entry of a list, and of what the kernel works in. */
const listedBytes = 8;
const kernelBytes = 64;

/** A matrix B of one row a neuron, as {@link packForActive} packs it. */
export interface PackedRows {
  readonly neurons: number;
  readonly columns: number;
  /** Of {@link packedRowsBytes} bytes, a multiple of 16. */
  readonly address: number;
}

/** Bytes of a packed matrix. */
export function packedRowsBytes({ neurons, columns }: Pick<PackedRows, "neurons" | "columns">): number {
  return Math.ceil(columns / panelColumns) * panelColumns * neurons * entryBytes;
}

/**
 * Packs B in panels of 48 columns, a neuron's entries side by side: what all rows of A read of a panel stays in the
 * second-level cache, up to some 4000 neurons.
 *
 * @param from - its first entry. @param neuronStride - entries from one neuron to the next; columnStride - from one
 *   column to the next.
 */
export function packForActive(
  kernels: TrainingKernels,
  { neurons, columns, address }: PackedRows,
  from: number,
  neuronStride: number,
  columnStride: number,
): void {
  kernels.packPanels(from, columns, neurons, columnStride, neuronStride, panelColumns, address);
}

/** Bytes that {@link listActive} and {@link multiplyActive} need to work in. */
export function activeScratchBytes(rows: number, neurons: number): number {
  return kernelBytes + endsBytes(rows, neurons) + (rows * neurons + 1) * listedBytes;
}

/**
 * Lists the entries of A that are not zero, NaN among them.
 *
 * @param from - address of A, float32, `rows` rows of `neurons` entries.
 * @param scratch - address of {@link activeScratchBytes}, where the list stays, a multiple of 16.
 * @param all - whether to list zeros too.
 * @returns how many are listed.
 */
export function listActive(
  kernels: TrainingKernels,
  from: number,
  rows: number,
  neurons: number,
  scratch: number,
  all: boolean,
): number {
  const ends = scratch + kernelBytes;
  const list = ends + endsBytes(rows, neurons);
  return kernels.listActive(from, rows, neurons, placesAtOnce(neurons), all ? 1 : 0, list, ends);
}

/**
 * C = A B over the listed entries of A: the bits are those of `runContraction`, which adds the zeros' products too, as
 * long as B is finite (0 times infinity is not 0).
 *
 * @param scratch - as {@link listActive} left it, of the same rows and neurons.
 * @param out - address of C, float32, `rows` rows of `columns` entries.
 */
export function multiplyActive(
  kernels: TrainingKernels,
  { neurons, columns, address }: PackedRows,
  rows: number,
  scratch: number,
  out: number,
): void {
  const ends = scratch + kernelBytes;
  const list = ends + endsBytes(rows, neurons);
  const groups = groupsOf(neurons);
  for (let column = 0; column < columns; column += panelColumns) {
    kernels.multiplyActive(
      list,
      ends,
      rows,
      groups,
      address + column * neurons * entryBytes,
      Math.min(panelColumns, columns - column),
      out + column * entryBytes,
      columns,
      scratch,
    );
  }
}

/** Neurons are summed in the dense product's blocks. */
function groupsOf(neurons: number): number {
  return Math.ceil(neurons / placesAtOnce(neurons));
}

function endsBytes(rows: number, neurons: number): number {
  return Math.ceil((rows * groupsOf(neurons) * entryBytes) / 16) * 16;
}
