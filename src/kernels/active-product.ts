import { placesAtOnce } from "./run-contraction.ts";
import type { TrainingKernels } from "./training-kernels.ts";

/** Columns of a panel, and what columns are filled up to where rows lie whole, as in `training/active.ts`. */
const panelColumns = 48;
const columnStep = 8;
const entryBytes = 4;
/** Bytes of an entry of a list. */
const listedBytes = 8;

/**
 * Rows of A up to which B is best read row by row where many neurons are skipped: the pieces of a row that panels have
 * lie far apart in memory. Of more rows some thousand neurons' panel stays in the second-level cache.
 */
export const fewRows = 8;

/** Rows of A from which on, all together, they need so much of a panel that it is fetched whole beforehand. */
const manyRows = 32;

/** A matrix B of one row a neuron, packed by {@link packForActive} for few rows of A, or for many. */
export interface PackedRows {
  readonly neurons: number;
  readonly columns: number;
  readonly isForFew: boolean;
  /** Of {@link packedRowsBytes} bytes, a multiple of 16. */
  readonly address: number;
}

/** Bytes of a packed matrix. */
export function packedRowsBytes(packed: Omit<PackedRows, "address">): number {
  const width = widthOf(packed);
  return Math.ceil(packed.columns / width) * width * packed.neurons * entryBytes;
}

/**
 * Packs B: in panels of 48 columns, a neuron's entries side by side, or in one of all columns.
 *
 * @param from - its first entry. @param neuronStride - entries from one neuron to the next; columnStride - from one
 *   column to the next.
 */
export function packForActive(
  kernels: TrainingKernels,
  packed: PackedRows,
  from: number,
  neuronStride: number,
  columnStride: number,
): void {
  const { neurons, columns, address } = packed;
  kernels.packPanels(from, columns, neurons, columnStride, neuronStride, widthOf(packed), address);
}

/** Bytes that {@link listActive} and {@link multiplyActive} need to work in. */
export function activeScratchBytes(rows: number, packed: Omit<PackedRows, "address">): number {
  const { neurons } = packed;
  return kernelBytes(packed) + endsBytes(rows, neurons) + (rows * neurons + 1) * listedBytes;
}

/**
 * Lists the entries of A that are not zero, NaN among them.
 *
 * @param from - address of A, float32, `rows` rows of one entry a neuron.
 * @param scratch - address of {@link activeScratchBytes}, where the list stays, a multiple of 16.
 * @param all - whether to list zeros too.
 * @returns how many are listed.
 */
export function listActive(
  kernels: TrainingKernels,
  packed: Omit<PackedRows, "address">,
  from: number,
  rows: number,
  scratch: number,
  all: boolean,
): number {
  const { neurons } = packed;
  const { list, ends } = areasOf(scratch, rows, packed);
  const pitch = widthOf(packed) * entryBytes;
  return kernels.listActive(from, rows, neurons, placesAtOnce(neurons), pitch, all ? 1 : 0, list, ends);
}

/**
 * C = A B over the listed entries of A: the bits are those of `runContraction`, which adds the zeros' products too, as
 * long as B is finite (0 times infinity is not 0).
 *
 * @param packed, rows, scratch - as {@link listActive} had them.
 * @param out - address of C, float32, `rows` rows of `columns` entries.
 */
export function multiplyActive(
  kernels: TrainingKernels,
  packed: PackedRows,
  rows: number,
  scratch: number,
  out: number,
): void {
  const { neurons, columns, address } = packed;
  const areas = areasOf(scratch, rows, packed);
  const groups = groupsOf(neurons);
  const panelBytes = panelColumns * neurons * entryBytes;
  if (packed.isForFew) {
    const bytes = widthOf(packed) * entryBytes;
    let { list, ends } = areas;
    const bytesOfMemory = new Uint8Array(kernels.memory.buffer);
    for (let row = 0; row < rows; row++) {
      kernels.addActiveRows(list, ends, groups, address, bytes, scratch, scratch + bytes);
      const to = out + row * columns * entryBytes;
      bytesOfMemory.copyWithin(to, scratch, scratch + columns * entryBytes);
      ends += groups * entryBytes;
      list = new Int32Array(kernels.memory.buffer, ends - entryBytes, 1)[0]! >>> 0;
    }
    return;
  }
  for (let column = 0; column < columns; column += panelColumns) {
    kernels.multiplyActive(
      areas.list,
      areas.ends,
      rows,
      groups,
      address + (column / panelColumns) * panelBytes,
      Math.min(panelColumns, columns - column),
      out + column * entryBytes,
      columns,
      scratch,
      rows < manyRows ? 0 : panelBytes,
    );
  }
}

/** Columns of a panel: all of them, filled up, for few rows of A. */
function widthOf({ isForFew, columns }: Pick<PackedRows, "isForFew" | "columns">): number {
  return isForFew ? Math.ceil(columns / columnStep) * columnStep : panelColumns;
}

/** What kernels work in, then where lists end, then the list. */
function areasOf(scratch: number, rows: number, packed: Omit<PackedRows, "address">) {
  const ends = scratch + kernelBytes(packed);
  return { ends, list: ends + endsBytes(rows, packed.neurons) };
}

function kernelBytes(packed: Omit<PackedRows, "address">): number {
  return packed.isForFew ? 2 * widthOf(packed) * entryBytes : 64;
}

/** Neurons are summed in the dense product's blocks. */
function groupsOf(neurons: number): number {
  return Math.ceil(neurons / placesAtOnce(neurons));
}

function endsBytes(rows: number, neurons: number): number {
  return Math.ceil((rows * groupsOf(neurons) * entryBytes) / 16) * 16;
}
