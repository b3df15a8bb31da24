import type { ByteSource } from "./byte-source.ts";
import { bytesPerEntry, decodeEntries, decodeInto, inByteOrder } from "./decode.ts";
import { bytesInMemory, requireMemory, tooLarge } from "./memory-limit.ts";
import { type Dtype, entryCount, type Tensor } from "./tensor.ts";

/** Bytes read at once into an array that is there already. */
const STRETCH_BYTES = 1 << 21;
/** What such bytes are read into, one for each tensor under way: made anew, they would keep the collector busy. */
const scratches: Uint8Array[] = [];

/** Where and how the entries of a tensor lie in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte of the entries in the source. */
  readonly offset: number;
  /** The file to report, relative to the checkpoint's path. */
  readonly file: string;
  readonly bigEndian?: boolean;
  /** Column-major: the first axis runs fastest. */
  readonly fortranOrder?: boolean;
}

/**
 * A tensor whose entries are one contiguous range of a source; only what is asked for is read. (Of
 * a column-major one the whole is read: a row's entries are scattered over all of it.)
 *
 * @throws {RangeError} From `read`, if the range is not within the tensor; {UnreadableInputError} if it
 *   is more than memory holds.
 */
export function rangedTensor(source: ByteSource, stored: StoredTensor): Tensor {
  const { name, dtype, shape, offset, file, bigEndian = false, fortranOrder = false } = stored;
  const width = bytesPerEntry[dtype];
  const count = entryCount(shape);
  const where = `${source.label}: tensor ${JSON.stringify(name)}`;
  const entries = async (start: number, end: number) => {
    await requireMemory(where, end - start, dtype);
    try {
      return decodeEntries(
        await source.read(offset + start * width, (end - start) * width),
        dtype,
        bigEndian,
      );
    } catch (error) {
      // What an array throws that is not given its memory; ranges were checked.
      if (error instanceof RangeError) throw tooLarge(where, bytesInMemory(end - start, dtype), null, error);
      throw error;
    }
  };
  const readWhole = source.isSequential === true || (fortranOrder && shape.length > 1);
  const requireRange = (start: number, end: number): void => {
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
  };
  return {
    name,
    dtype,
    shape,
    sizeBytes: count * width,
    file,
    storage: null,
    readWhole,
    ...(!readWhole && {
      async readInto(into, start) {
        requireRange(start, start + into.length);
        await requireMemory(where, into.length, dtype);
        const scratch = scratches.pop() ?? new Uint8Array(STRETCH_BYTES);
        const stretch = STRETCH_BYTES / width;
        try {
          for (let from = 0; from < into.length; from += stretch) {
            const part = into.subarray(from, from + stretch);
            const bytes = await source.read(offset + (start + from) * width, part.length * width, scratch);
            decodeInto(bytes, dtype, bigEndian, part);
          }
        } finally {
          scratches.push(scratch);
        }
      },
    }),
    async readBytes(start, end) {
      requireRange(start, end);
      const isTurned = fortranOrder && shape.length > 1;
      const [from, to] = isTurned ? [0, count] : [start, end];
      await requireMemory(where, to - from, dtype);
      const stored = await source.read(offset + from * width, (to - from) * width);
      const bytes = inByteOrder(stored, width, bigEndian);
      if (!isTurned) return bytes;
      const words = rowMajor(wordsOf(bytes, width), shape, start, end);
      return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    },
    async read(start = 0, end = count) {
      requireRange(start, end);
      if (fortranOrder && shape.length > 1) return rowMajor(await entries(0, count), shape, start, end);
      return entries(start, end);
    },
  };
}

type Words = Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** Whole entries of a width as unsigned numbers: moving them changes no bit. */
function wordsOf(bytes: Uint8Array, width: number): Words {
  // A typed array over words that are not aligned throws: those are moved to the start of a buffer.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  if (width === 8) return new BigUint64Array(buffer, byteOffset, byteLength / 8);
  if (width === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return width === 2 ? new Uint16Array(buffer, byteOffset, byteLength / 2) : bytes;
}

/** Entries `start` to `end` in row-major order, of a column-major array. */
function rowMajor<T extends Words>(columnMajor: T, shape: readonly number[], start: number, end: number): T {
  const strides = shape.map((_, axis) => entryCount(shape.slice(0, axis)));
  const result = columnMajor.slice(0, end - start) as T;
  if (result.length === 0) return result;
  const index = new Array<number>(shape.length).fill(0);
  let rest = start;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  let position = index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = columnMajor[position]!;
    // Count up like an odometer, the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
