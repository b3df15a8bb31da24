import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { bytesPerEntry, decodeEntries } from "./decode.ts";
import { type Hdf5Box, type Hdf5Description, type Hdf5File, withHdf5 } from "./hdf5-file.ts";
import { DEFLATE_RATIO } from "./limits.ts";
import { requireMemory } from "./memory-limit.ts";
import { entryCount, type PlainDtype, type Tensor } from "./tensor.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";

/** How a virtual dataset names the file that it is in itself. */
const THIS_FILE = ".";

/** Bytes read at once: the library's memory grows to it and never shrinks. */
const STRETCH_BYTES = 1 << 22;

/** Entries that are not worth to be read in several parts, unless whole chunks would be read for them. */
const FEW = 4096;

/** Classes of datatypes, as HDF5 numbers them. */
const INTEGER = 0;
const FLOAT = 1;
const OPAQUE = 5;
const COMPOUND = 6;
const ENUM = 8;

const plainDtypes: Readonly<Record<string, PlainDtype>> = {
  [`${FLOAT} 2`]: "F16",
  [`${FLOAT} 4`]: "F32",
  [`${FLOAT} 8`]: "F64",
  ...Object.fromEntries(
    [1, 2, 4, 8].flatMap((size) => [
      [`${INTEGER} ${size} signed`, `I${8 * size}`],
      [`${INTEGER} ${size}`, `U${8 * size}`],
    ]),
  ),
};

/** Classes of datatypes whose datasets hold numbers of a sort, so that they are listed where they cannot be read. */
const numberClasses: ReadonlySet<number> = new Set([INTEGER, FLOAT, OPAQUE, COMPOUND, ENUM]);

/**
 * A dataset as a tensor.
 *
 * @param file - the open file, which the tensor does not need later: `read` opens it again.
 * @param path - of the dataset in it.
 * @param name - of the tensor. @param reported - the file to report.
 * @returns null for what holds no numbers: texts, references, nothing.
 * @throws {CheckpointFormatError} If it claims more entries than the file can hold.
 */
export async function hdf5Tensor(
  source: ByteSource,
  file: Hdf5File,
  { path, name, reported }: { readonly path: string; readonly name: string; readonly reported: string },
): Promise<Tensor | null> {
  const description = await file.describe(path);
  if (description.shape === null || !numberClasses.has(description.type)) return null;
  const where = `${file.label}: dataset ${path}`;
  const shape = checkedShape(description.shape, where);
  const { size, chunks } = description;
  const bytes = entryCount(shape) * size;
  const most = file.size * (chunks ? DEFLATE_RATIO : 1);
  if (bytes > most) {
    throw new CheckpointFormatError(
      `${where}: expected at most ${most} bytes of entries in a file of ${file.size}, got ${bytes} for [${shape}]. ` +
        "The file is truncated or damaged: download or save it again.",
    );
  }
  const common = {
    name: checkedName(name, file.label),
    shape,
    sizeBytes: bytes,
    file: reported,
    storage: null,
  };
  const dtype = await plainDtype(file, path, description);
  const elsewhere = description.virtual_sources?.find(({ file_name }) => file_name !== THIS_FILE);
  if (dtype && !elsewhere) return new Hdf5Tensor(source, { ...common, path, dtype, chunks });
  // The library would give the fill value for each entry of a file that it cannot reach.
  const undecodable = elsewhere
    ? `A virtual dataset: its entries are in the file ${elsewhere.file_name.slice(0, 200)}, and no other file is opened.`
    : `HDF5 datatype of class ${description.type} and ${size} bytes: only plain numbers are read.`;
  const read = async () => {
    throw new UnreadableInputError(`${where}: ${undecodable} Save it as float32.`);
  };
  return { ...common, dtype: dtype ?? `HDF5-${description.type}-${8 * size}`, undecodable, read };
}

/** The dtype of entries that are one number each; null for others. */
async function plainDtype(
  file: Hdf5File,
  path: string,
  { type, size, signed }: Hdf5Description,
): Promise<PlainDtype | null> {
  if (type === ENUM && size === 1) return "BOOL";
  // Keras saves bfloat16 as bytes that nothing explains but an attribute: it writes it for no other dtype.
  if (type === OPAQUE && size === 2 && (await file.attributeNames(path)).includes("dtype")) return "BF16";
  return plainDtypes[`${type} ${size}${type === INTEGER && signed ? " signed" : ""}`] ?? null;
}

interface StoredDataset extends Omit<Tensor, "read"> {
  readonly path: string;
  readonly dtype: PlainDtype;
  readonly chunks: readonly number[] | null;
}

class Hdf5Tensor implements Tensor {
  readonly name: string;
  readonly dtype: PlainDtype;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  readonly file: string;
  readonly storage = null;
  /** A chunk is decompressed whole, however little of it is wanted. */
  readonly readWhole: boolean;
  readonly #source: ByteSource;
  readonly #path: string;
  readonly #chunks: readonly number[] | null;

  constructor(source: ByteSource, stored: StoredDataset) {
    this.#source = source;
    this.#path = stored.path;
    this.#chunks = stored.chunks;
    this.name = stored.name;
    this.dtype = stored.dtype;
    this.shape = stored.shape;
    this.sizeBytes = stored.sizeBytes;
    this.file = stored.file;
    this.readWhole = stored.chunks !== null;
  }

  async read(start = 0, end = entryCount(this.shape)): Promise<Float32Array | Float64Array> {
    return decodeEntries(await this.readBytes(start, end), this.dtype);
  }

  async readBytes(start: number, end: number): Promise<Uint8Array> {
    const count = entryCount(this.shape);
    if (!(0 <= start && start <= end && end <= count)) {
      throw new RangeError(`${this.name} has entries 0 to ${count}: ${start} to ${end} is not within them`);
    }
    const where = `${this.#source.label}: tensor ${JSON.stringify(this.name)}`;
    await requireMemory(where, end - start, this.dtype);
    const width = bytesPerEntry[this.dtype];
    const bytes = new Uint8Array((end - start) * width);
    if (bytes.length === 0) return bytes;
    await withHdf5(this.#source, async (file) => {
      if (this.shape.length === 0) {
        bytes.set(await file.read(this.#path, null, width));
        return;
      }
      for (const { box, first, last } of slabs(this.shape, this.#chunks, start, end, STRETCH_BYTES / width)) {
        const slab = await file.read(this.#path, box, (last - first) * width);
        const from = Math.max(start - first, 0);
        bytes.set(slab.subarray(from * width, (end - first) * width), (first + from - start) * width);
      }
    });
    return bytes;
  }
}

/** A box of a dataset whose entries follow one another in row-major order, `first` to `last`. */
interface Slab {
  readonly box: Hdf5Box;
  readonly first: number;
  readonly last: number;
}

/**
 * Boxes that together hold entries `start` to `end`.
 *
 * Each is some steps along one axis, the first of which a step fits into `most` entries and into what is wanted; of
 * chunked datasets whole chunks along it, so that none is decompressed twice.
 */
export function* slabs(
  shape: readonly number[],
  chunks: readonly number[] | null,
  start: number,
  end: number,
  most: number,
): Generator<Slab> {
  const strides = shape.map((_, axis) => entryCount(shape.slice(axis + 1)));
  const wanted = Math.min(most, chunks ? end - start : Math.max(end - start, FEW));
  const axis = strides.findIndex((stride) => stride <= wanted);
  const stride = strides[axis]!;
  const extent = shape[axis]!;
  const chunk = chunks?.[axis] ?? 1;
  for (let at = start; at < end; ) {
    // Steps along the axis, counted through all that lies before it.
    const step = Math.floor(at / stride);
    const place = step % extent;
    const fitting = place + Math.max(1, Math.floor(most / stride));
    const stop = Math.max(Math.floor(fitting / chunk), Math.floor(place / chunk) + 1) * chunk;
    const steps = Math.min(stop, extent, place + Math.ceil(end / stride) - step) - place;
    const offset = shape.map((length, other) => {
      return other > axis ? 0 : Math.floor((step * stride) / strides[other]!) % length;
    });
    const count = shape.map((length, other) => (other < axis ? 1 : other === axis ? steps : length));
    yield { box: { offset, count }, first: step * stride, last: (step + steps) * stride };
    at = (step + steps) * stride;
  }
}
