import { type SmallFloatDecoder, smallFloatDecoder } from "../kernels/decoding-kernels.ts";
import type { ByteSource } from "./byte-source.ts";
import { bytesPerEntry, decodeEntries, decodeInto, inByteOrder, isSmallFloat, isStoredAs } from "./decode.ts";
import { bytesInMemory, requireMemory, tooLarge } from "./memory-limit.ts";
import { entryCount, type PlainDtype, type Tensor } from "./tensor.ts";

/** Bytes read and decoded at once: with what is made of them they fit the cache of a core. */
const PIECE_BYTES = 1 << 18;

/** A place for such bytes, and what decodes them there. */
interface Scratch {
  readonly place: Uint8Array;
  readonly decoder: SmallFloatDecoder | null;
}

/** One for each tensor under way: made anew, they would keep the collector busy. */
const scratches: Scratch[] = [];

function newScratch(): Scratch {
  const decoder = smallFloatDecoder(PIECE_BYTES);
  return { decoder, place: decoder?.scratch ?? new Uint8Array(PIECE_BYTES) };
}

/** Where and how the entries of a tensor lie in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: PlainDtype;
  readonly shape: readonly number[];
  /** First byte of the entries in the source. */
  readonly offset: number;
  /** The file to report, relative to the checkpoint's path. */
  readonly file: string;
  readonly bigEndian?: boolean;
  /** Equal for two tensors of the same bytes; see {@link Tensor.storage}. */
  readonly storage?: string;
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
  const isReadWhole = source.isSequential === true || isTurned(stored);
  return isReadWhole ? new RangedTensor(source, stored, true) : new StretchedTensor(source, stored, false);
}

/** Whether entries are stored in another order than they are given. */
function isTurned({ fortranOrder, shape }: StoredTensor): boolean {
  return fortranOrder === true && shape.length > 1;
}

/** A class, since a file may have very many: methods that all share take no memory for each. */
class RangedTensor implements Tensor {
  readonly readWhole: boolean;
  protected readonly source: ByteSource;
  protected readonly stored: StoredTensor;

  constructor(source: ByteSource, stored: StoredTensor, readWhole: boolean) {
    this.source = source;
    this.stored = stored;
    this.readWhole = readWhole;
  }

  get name(): string {
    return this.stored.name;
  }

  get dtype(): PlainDtype {
    return this.stored.dtype;
  }

  get shape(): readonly number[] {
    return this.stored.shape;
  }

  get file(): string {
    return this.stored.file;
  }

  get storage(): string | null {
    return this.stored.storage ?? null;
  }

  get sizeBytes(): number {
    return entryCount(this.shape) * this.width;
  }

  protected get width(): number {
    return bytesPerEntry[this.dtype];
  }

  protected get isBigEndian(): boolean {
    return this.stored.bigEndian ?? false;
  }

  /** For messages. */
  protected get where(): string {
    return `${this.source.label}: tensor ${JSON.stringify(this.name)}`;
  }

  protected requireRange(start: number, end: number): void {
    const count = entryCount(this.shape);
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${this.name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
  }

  async readBytes(start: number, end: number): Promise<Uint8Array> {
    this.requireRange(start, end);
    const turned = isTurned(this.stored);
    const [from, to] = turned ? [0, entryCount(this.shape)] : [start, end];
    await requireMemory(this.where, to - from, this.dtype);
    const stored = await this.#bytes(from, to);
    const bytes = inByteOrder(stored, this.width, this.isBigEndian);
    if (!turned) return bytes;
    const words = rowMajor(wordsOf(bytes, this.width), this.shape, start, end);
    return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  }

  async read(start = 0, end = entryCount(this.shape)): Promise<Float32Array | Float64Array> {
    this.requireRange(start, end);
    if (!isTurned(this.stored)) return await this.#entries(start, end);
    return rowMajor(await this.#entries(0, entryCount(this.shape)), this.shape, start, end);
  }

  #bytes(start: number, end: number): Promise<Uint8Array> {
    return this.source.read(this.stored.offset + start * this.width, (end - start) * this.width);
  }

  async #entries(start: number, end: number): Promise<Float32Array | Float64Array> {
    await requireMemory(this.where, end - start, this.dtype);
    return this.givenMemory(end - start, async () => {
      return decodeEntries(await this.#bytes(start, end), this.dtype, this.isBigEndian);
    });
  }

  /** What makes arrays for so many entries; ranges were checked. */
  protected async givenMemory<T>(count: number, make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      // What an array throws that is not given its memory.
      if (!(error instanceof RangeError)) throw error;
      throw tooLarge(this.where, bytesInMemory(count, this.dtype), null, error);
    }
  }
}

/** One that is read into an array stretch by stretch. */
class StretchedTensor extends RangedTensor {
  override async read(start = 0, end = entryCount(this.shape)): Promise<Float32Array | Float64Array> {
    if (!isSmallFloat(this.dtype)) return super.read(start, end);
    this.requireRange(start, end);
    await requireMemory(this.where, end - start, this.dtype);
    const entries = await this.givenMemory(end - start, async () => new Float32Array(end - start));
    await this.readInto(entries, start);
    return entries;
  }

  get showsBytes(): boolean {
    return !this.isBigEndian && (isSmallFloat(this.dtype) || this.dtype === "F32" || this.dtype === "F64");
  }

  async readInto(
    into: Float32Array | Float64Array,
    start: number,
    show?: (bytes: Uint8Array) => void,
  ): Promise<void> {
    const { source, width, dtype } = this;
    this.requireRange(start, start + into.length);
    await requireMemory(this.where, into.length, dtype);
    if (isStoredAs(into, dtype, this.isBigEndian)) {
      const place = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      const bytes = await source.read(this.stored.offset + start * width, place.length, place);
      if (bytes.buffer !== place.buffer) place.set(bytes);
      show?.(place);
      return;
    }
    let done = 0;
    await this.#pieces(start, into.length, (bytes, decoder) => {
      show?.(bytes);
      const part = into.subarray(done, done + bytes.length / width);
      decodeInto(bytes, dtype, this.isBigEndian, part, decoder);
      done += part.length;
    });
  }

  async showStored(start: number, end: number, show: (bytes: Uint8Array) => void): Promise<void> {
    this.requireRange(start, end);
    await this.#pieces(start, end - start, show);
  }

  /** Reads entries in their order, some at a time; each piece is gone when the next comes. */
  async #pieces(
    start: number,
    count: number,
    take: (bytes: Uint8Array, decoder: SmallFloatDecoder | null) => void,
  ): Promise<void> {
    const { source, width } = this;
    const scratch = scratches.pop() ?? newScratch();
    const [offset, length] = [this.stored.offset + start * width, count * width];
    const takePiece = (bytes: Uint8Array) => take(bytes, scratch.decoder);
    try {
      if (source.readPieces) {
        await source.readPieces(offset, length, scratch.place, takePiece);
      } else {
        for (let from = 0; from < length; from += PIECE_BYTES) {
          takePiece(await source.read(offset + from, Math.min(PIECE_BYTES, length - from), scratch.place));
        }
      }
    } finally {
      scratches.push(scratch);
    }
  }
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
