import type { Tensor } from "../checkpoint/tensor.ts";
import type { Matrix } from "../linalg/matrix.ts";

/** Places along an axis: `count` bands of `length` places, one every `period` from `start` on. */
export interface Bands {
  readonly start: number;
  readonly length: number;
  readonly period: number;
  readonly count: number;
}

/**
 * Where one matrix stands in a tensor: rows and columns of a sheet, which is a run of the tensor's entries
 * read as a matrix.
 */
export interface TensorPart {
  /** First entry of the sheet. */
  readonly offset: number;
  /** Columns of the sheet: entries from one of its rows to the next. */
  readonly stride: number;
  readonly rows: Bands;
  readonly columns: Bands;
}

/** Entries read at once, about, where only some columns or scattered rows are wanted. */
const STRETCH = 1 << 20;
/** Runs whose rounding errors are asked for one by one: each may be a read. */
const MOST_RUNS = 1 << 14;
/** Runs of fewer entries are not worth a read each. */
const SHORT_RUN = 4096;

/** One band: `length` places from `start` on. */
export function band(start: number, length: number): Bands {
  return { start, length, period: length, count: 1 };
}

/** Number of places. */
export function extentOf({ length, count }: Bands): number {
  return length * count;
}

/** The place of the i-th. */
export function placeOf({ start, length, period }: Bands, i: number): number {
  return start + Math.floor(i / length) * period + (i % length);
}

/** A whole sheet: `rows` x `columns` entries from `offset` on. */
export function sheet(offset: number, rows: number, columns: number): TensorPart {
  return { offset, stride: columns, rows: band(0, rows), columns: band(0, columns) };
}

/** The same rows and columns of a sheet, of which a part takes some. */
export function within(outer: TensorPart, axis: "rows" | "columns", bands: Bands): TensorPart {
  return { ...outer, [axis]: bands };
}

/** Whether the part is one run of the tensor's entries. */
export function isOneRun({ stride, rows, columns }: TensorPart): boolean {
  return rows.count === 1 && columns.count === 1 && (columns.length === stride || rows.length === 1);
}

/**
 * Reads one matrix of a tensor: its own ranges, or the rows that it has columns of, some MB at a time.
 *
 * @param tensor - holds the part.
 * @param into - filled with the entries when given; else they get an array of their own.
 * @param show - is shown their stored bytes, where {@link showsBytes} says so.
 * @returns the matrix, row-major.
 * @throws {CheckpointFormatError} If the file ends before the entries do.
 */
export async function readPart(
  tensor: Tensor,
  part: TensorPart,
  into?: Float32Array | Float64Array,
  show?: (bytes: Uint8Array) => void,
): Promise<Matrix> {
  const rows = extentOf(part.rows);
  const columns = extentOf(part.columns);
  if (isOneRun(part)) {
    const start = firstOf(part);
    const count = rows * columns;
    if (!into) return { rows, columns, data: await tensor.read(start, start + count) };
    if (tensor.readInto) await tensor.readInto(into, start, show);
    else into.set(await tensor.read(start, start + count));
    return { rows, columns, data: into };
  }
  const data = into ?? emptyEntries(tensor, rows * columns);
  await readRowsOf(tensor, part, data, 0);
  return { rows, columns, data };
}

/** Whether a part's entries, read into an array, are stored as bytes that are shown on the way. */
export function showsBytes(tensor: Tensor, part: TensorPart): boolean {
  return tensor.showsBytes === true && isOneRun(part);
}

/** Shows those bytes, and decodes nothing; null where {@link showsBytes} says that there are none. */
export function storedShower(
  tensor: Tensor,
  part: TensorPart,
): ((show: (bytes: Uint8Array) => void) => Promise<void>) | null {
  if (!showsBytes(tensor, part) || !tensor.showStored) return null;
  const start = firstOf(part);
  const count = extentOf(part.rows) * extentOf(part.columns);
  return (show) => tensor.showStored!(start, start + count, show);
}

/** The first entry of a part that is one run. */
function firstOf({ offset, stride, rows, columns }: TensorPart): number {
  return offset + rows.start * stride + columns.start;
}

/**
 * Root mean square rounding error of a part's entries, where its tensor tells; see {@link Tensor.roundingError}.
 *
 * @returns s_u, in the unit of the entries; of scattered entries that are very many runs, that of all rows which they are in.
 */
export async function partRoundingError(
  roundingError: NonNullable<Tensor["roundingError"]>,
  part: TensorPart,
): Promise<number> {
  let squares = 0;
  let entries = 0;
  for (const [start, end] of runsOf(part)) {
    squares += (end - start) * (await roundingError(start, end)) ** 2;
    entries += end - start;
  }
  return entries === 0 ? 0 : Math.sqrt(squares / entries);
}

/** The runs of entries that a part is made of. */
function* runsOf({ offset, stride, rows, columns }: TensorPart): Generator<readonly [number, number]> {
  const isWide = extentOf(columns) === stride;
  const count = isWide ? rows.count : extentOf(rows) * columns.count;
  if (count > MOST_RUNS) {
    const last = placeOf(rows, extentOf(rows) - 1);
    yield [offset + rows.start * stride, offset + (last + 1) * stride];
    return;
  }
  for (let i = 0; i < count; i++) {
    const [row, length] = isWide
      ? [rows.start + i * rows.period, rows.length * stride]
      : [placeOf(rows, Math.floor(i / columns.count)), columns.length];
    const start = offset + row * stride + (isWide ? 0 : columns.start + (i % columns.count) * columns.period);
    yield [start, start + length];
  }
}

/** Reads whole rows of a part, from `firstRow` on; null where the tensor's file can't be read in parts. */
export function rowReader(
  tensor: Tensor,
  part: TensorPart,
): ((into: Float32Array | Float64Array, firstRow: number) => Promise<void>) | null {
  if (!tensor.readInto) return null;
  return (into, firstRow) => readRowsOf(tensor, part, into, firstRow);
}

/** An array of the kind that a tensor's `read` gives. */
function emptyEntries({ dtype }: Tensor, count: number): Float32Array | Float64Array {
  return dtype === "F64" ? new Float64Array(count) : new Float32Array(count);
}

async function readRowsOf(
  tensor: Tensor,
  part: TensorPart,
  into: Float32Array | Float64Array,
  firstRow: number,
): Promise<void> {
  const { offset, stride, rows, columns } = part;
  const width = extentOf(columns);
  const last = firstRow + into.length / width;
  const isWide = width === stride;
  const scattersRows = rows.count > 1 && rows.length * stride < SHORT_RUN;
  const most = tensor.readWhole ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(STRETCH / stride));
  for (let row = firstRow; row < last; ) {
    const inBand = rows.length - (row % rows.length);
    const isDirect = isWide && !scattersRows && !tensor.readWhole;
    if (isDirect) {
      const count = Math.min(inBand, last - row);
      const target = into.subarray((row - firstRow) * width, (row - firstRow + count) * width);
      const start = offset + placeOf(rows, row) * stride;
      if (tensor.readInto) await tensor.readInto(target, start);
      else target.set(await tensor.read(start, start + target.length));
      row += count;
      continue;
    }
    // The rows of the sheet from this one to the last that fits, those in between included.
    const top = placeOf(rows, row);
    let end = scattersRows || tensor.readWhole ? last : Math.min(last, row + inBand);
    if (placeOf(rows, end - 1) - top >= most) end = lastWithin(rows, row, top + most);
    const count = placeOf(rows, end - 1) - top + 1;
    const block = await blockOf(tensor, offset + top * stride, count * stride);
    for (; row < end; row++) {
      copyColumns(block, (placeOf(rows, row) - top) * stride, columns, into, (row - firstRow) * width);
    }
  }
}

/** The first index after `row` whose place is not under `limit`; at least one is. */
function lastWithin(rows: Bands, row: number, limit: number): number {
  let end = row + 1;
  while (placeOf(rows, end) < limit) end++;
  return end;
}

async function blockOf(tensor: Tensor, start: number, count: number): Promise<Float32Array | Float64Array> {
  if (!tensor.readInto) return await tensor.read(start, start + count);
  const block = emptyEntries(tensor, count);
  await tensor.readInto(block, start);
  return block;
}

function copyColumns(
  from: Float32Array | Float64Array,
  at: number,
  { start, length, period, count }: Bands,
  into: Float32Array | Float64Array,
  to: number,
): void {
  for (let k = 0; k < count; k++) {
    const first = at + start + k * period;
    into.set(from.subarray(first, first + length), to + k * length);
  }
}
