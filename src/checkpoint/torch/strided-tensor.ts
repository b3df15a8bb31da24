import { type ByteSource, truncated } from "../byte-source.ts";
import { bytesPerEntry, decodeEntries, inByteOrder } from "../decode.ts";
import { SCATTERED_BYTES } from "../limits.ts";
import { requireMemory } from "../memory-limit.ts";
import { rangedTensor, type StoredTensor } from "../ranged-tensor.ts";
import { entryCount, type PlainDtype, type Tensor } from "../tensor.ts";

/** A view of entries in a file, in any order of its axes, with gaps or overlaps. */
export interface StridedView extends Omit<StoredTensor, "fortranOrder"> {
  readonly dtype: PlainDtype;
  /** Entries from one index of an axis to the next, >= 0. */
  readonly strides: readonly number[];
}

/**
 * A tensor whose entry (i_1, ..., i_k) is entry `sum_a strides_a i_a` of a source, from `offset` on.
 *
 * What lies in row-major order is read by ranges. Of another view the stretch is read that holds what is asked
 * for, in one read where a good part of it is wanted, else in pieces along the axis that spreads it most.
 *
 * @throws {CheckpointFormatError} If the source ends before the last entry.
 */
export function stridedTensor(source: ByteSource, view: StridedView): Tensor {
  const end = view.offset + lastEntry(view.shape, view.strides) * bytesPerEntry[view.dtype];
  if (end > source.size) throw truncated(source.label, end, source.size);
  return isRowMajor(view) ? rangedTensor(source, view) : new StridedTensor(source, view);
}

/** Entries from the first to after the last. */
export function lastEntry(shape: readonly number[], strides: readonly number[]): number {
  if (entryCount(shape) === 0) return 0;
  return 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
}

function isRowMajor({ shape, strides }: Pick<StridedView, "shape" | "strides">): boolean {
  if (entryCount(shape) === 0) return true;
  const expected = rowMajorStrides(shape);
  return shape.every((extent, axis) => extent === 1 || strides[axis] === expected[axis]);
}

/** Strides of a contiguous tensor. */
function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => entryCount(shape.slice(axis + 1)));
}

/** Entries to be gathered: those of a view, and where they go. */
interface Box {
  readonly shape: readonly number[];
  /** First entry in the source, and in the result. */
  readonly from: number;
  readonly to: number;
}

class StridedTensor implements Tensor {
  readonly name: string;
  readonly dtype: PlainDtype;
  readonly shape: readonly number[];
  readonly file: string;
  readonly storage: string | null;
  /** Where rows are woven into each other, each part takes as long as the whole. */
  readonly readWhole: boolean;
  readonly #source: ByteSource;
  readonly #view: StridedView;

  constructor(source: ByteSource, view: StridedView) {
    this.name = view.name;
    this.dtype = view.dtype;
    this.shape = view.shape;
    this.file = view.file;
    this.storage = view.storage ?? null;
    this.#source = source;
    this.#view = view;
    const [, ...inner] = view.shape;
    const [step, ...innerSteps] = view.strides;
    this.readWhole = source.isSequential === true || step! < lastEntry(inner, innerSteps);
  }

  get sizeBytes(): number {
    return entryCount(this.shape) * this.#width;
  }

  get #width(): number {
    return bytesPerEntry[this.dtype];
  }

  async read(start = 0, end = entryCount(this.shape)): Promise<Float32Array | Float64Array> {
    return decodeEntries(await this.#gather(start, end), this.dtype, this.#view.bigEndian);
  }

  async readBytes(start: number, end: number): Promise<Uint8Array> {
    return inByteOrder(await this.#gather(start, end), this.#width, this.#view.bigEndian ?? false);
  }

  /** Entries in row-major order, as they are stored: of all rows that the range touches, cut to the range. */
  async #gather(start: number, end: number): Promise<Uint8Array> {
    const { shape, strides } = this.#view;
    const count = entryCount(shape);
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${this.name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
    if (start === end) return new Uint8Array(0);
    const rowLength = count / shape[0]!;
    const firstRow = Math.floor(start / rowLength);
    const rows = Math.ceil(end / rowLength) - firstRow;
    const where = `${this.#source.label}: tensor ${JSON.stringify(this.name)}`;
    await requireMemory(where, rows * rowLength, this.dtype);
    const gathered = new Uint8Array(rows * rowLength * this.#width);
    const box = { shape: [rows, ...shape.slice(1)], from: firstRow * strides[0]!, to: 0 };
    await this.#fill(gathered, box, rowMajorStrides(box.shape));
    const skipped = start - firstRow * rowLength;
    // A copy where it is cut, so that what is not wanted can go.
    return end - start === rows * rowLength
      ? gathered
      : gathered.slice(skipped * this.#width, (skipped + end - start) * this.#width);
  }

  async #fill(result: Uint8Array, box: Box, resultStrides: readonly number[]): Promise<void> {
    const { strides, offset } = this.#view;
    const width = this.#width;
    const span = lastEntry(box.shape, strides);
    if (span * width <= SCATTERED_BYTES || span <= 4 * entryCount(box.shape)) {
      const bytes = await this.#source.read(offset + box.from * width, span * width);
      copyEntries(bytes, strides, result, resultStrides, box, width);
      return;
    }
    const spreads = box.shape.map((extent, axis) => (extent - 1) * strides[axis]!);
    const axis = spreads.indexOf(Math.max(...spreads));
    const half = box.shape[axis]! >> 1;
    const part = (first: number, extent: number): Box => ({
      shape: box.shape.with(axis, extent),
      from: box.from + first * strides[axis]!,
      to: box.to + first * resultStrides[axis]!,
    });
    await this.#fill(result, part(0, half), resultStrides);
    await this.#fill(result, part(half, box.shape[axis]! - half), resultStrides);
  }
}

/** Copies the entries of a box, counting its indices up like an odometer, the last axis fastest. */
function copyEntries(
  bytes: Uint8Array,
  strides: readonly number[],
  result: Uint8Array,
  resultStrides: readonly number[],
  { shape, to }: Box,
  width: number,
): void {
  const last = shape.length - 1;
  const [extent, step, resultStep] = [shape[last]!, strides[last]! * width, resultStrides[last]! * width];
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  let target = to * width;
  for (;;) {
    for (let i = 0, s = source, t = target; i < extent; i++, s += step, t += resultStep) {
      for (let byte = 0; byte < width; byte++) result[t + byte] = bytes[s + byte]!;
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      source += strides[axis]! * width;
      target += resultStrides[axis]! * width;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]! * width;
      target -= resultStrides[axis]! * shape[axis]! * width;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
