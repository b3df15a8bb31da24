import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";
import { type Hdf5Library, hdf5Library, isBroken, showFile, whenRead } from "./hdf5-library.ts";
import { Hdf5Reads } from "./hdf5-reads.ts";
import { HDF5_ATTRIBUTE_BYTES } from "./limits.ts";
import { readableBytes } from "./memory-limit.ts";

/** The first eight bytes of an HDF5 file, one character a byte. */
export const HDF5_MAGIC = "\x89HDF\r\n\x1a\n";

/** Bytes of a superblock that tell its version and the size of lengths. */
const SUPERBLOCK_BYTES = 16;

/** What HDF5 says of a dataset: the part of it that is used. */
export type Hdf5Description = ReturnType<Hdf5Library["get_dataset_metadata"]>;

/** A box of a dataset: where it starts and how far it goes along each axis. */
export interface Hdf5Box {
  readonly offset: readonly number[];
  readonly count: readonly number[];
}

/**
 * An HDF5 file for as long as it is read from.
 *
 * @param use - reads from the file; it is closed when that is over.
 * @throws {CheckpointFormatError} If it is no HDF5 file, or is damaged.
 * @throws {UnreadableInputError} If h5wasm is missing.
 * @source The HDF Group, HDF5 File Format Specification 3.0 (by h5wasm).
 */
export async function withHdf5<T>(source: ByteSource, use: (file: Hdf5File) => Promise<T>): Promise<T> {
  const head = await source.read(0, Math.min(SUPERBLOCK_BYTES, source.size));
  const magic = asciiHead(head, Math.min(HDF5_MAGIC.length, head.length));
  if (magic !== HDF5_MAGIC) {
    throw new CheckpointFormatError(
      `${source.label}: expected HDF5, which starts with ${JSON.stringify(HDF5_MAGIC)}, ` +
        `got ${JSON.stringify(magic)}. Download or save the file again.`,
    );
  }
  // What checks heaps before the library sees them knows no longer ones, and no writer makes them.
  const lengthBytes = head[head[8]! < 2 ? 14 : 10] ?? 0;
  if (lengthBytes > 8) {
    throw new CheckpointFormatError(
      `${source.label}: expected HDF5 with lengths of at most 8 bytes, got ${lengthBytes}. ` +
        "The file is damaged: download or save it again.",
    );
  }
  const library = await hdf5Library(source);
  const reads = new Hdf5Reads(source);
  const shown = showFile(library, reads);
  try {
    const id = await whenRead(library, reads, "a superblock that fits the file", () => {
      return library.open(shown.path, library.H5F_ACC_RDONLY, false, -1, -1);
    });
    const close = () => whenRead(library, reads, "an end", () => library.close_file(id));
    let result: T;
    try {
      result = await use(new Hdf5File(library, reads, id));
    } catch (error) {
      await close().catch(() => {}); // it is damaged, which is said already
      throw error;
    }
    await close();
    return result;
  } finally {
    shown.hide();
  }
}

/** Groups and datasets of an open HDF5 file, by their paths in it. */
export class Hdf5File {
  readonly label: string;
  readonly size: number;
  readonly #library: Hdf5Library;
  readonly #reads: Hdf5Reads;
  readonly #id: bigint;

  constructor(library: Hdf5Library, reads: Hdf5Reads, id: bigint) {
    this.label = reads.label;
    this.size = reads.size;
    this.#library = library;
    this.#reads = reads;
    this.#id = id;
  }

  /** Names of what a group holds. */
  names(group: string): Promise<string[]> {
    return this.#run(`a group ${group}`, () => this.#library.get_names(this.#id, group, false));
  }

  /** What there is at a path; "other" for links that lead out of the file, and for named types. */
  async kind(path: string): Promise<"group" | "dataset" | "other"> {
    const { H5G_GROUP, H5G_DATASET } = this.#library;
    const type = await this.#run(`a link ${path}`, () => this.#library.get_type(this.#id, path));
    if (type === H5G_GROUP) return "group";
    return type === H5G_DATASET ? "dataset" : "other";
  }

  attributeNames(path: string): Promise<string[]> {
    return this.#run(`attributes of ${path}`, () => this.#library.get_attribute_names(this.#id, path));
  }

  /**
   * The texts of an attribute that is a list of them.
   *
   * @returns them; [] where the attribute holds anything else.
   */
  async texts(path: string, attribute: string): Promise<string[]> {
    const library = this.#library;
    const { type, size, total_size, vlen } = await this.#run(`an attribute ${attribute} of ${path}`, () =>
      library.get_attribute_metadata(this.#id, path, attribute),
    );
    if (type !== library.H5T_class_t.H5T_STRING.value) return [];
    const bytes = this.#checkedLength(`${path}.${attribute}`, size * total_size, HDF5_ATTRIBUTE_BYTES);
    return this.#withMemory(path, bytes, async (pointer) => {
      await this.#run(`texts in the attribute ${attribute} of ${path}`, () =>
        succeeded(library.get_attribute_data(this.#id, path, attribute, BigInt(pointer))),
      );
      const data = library.HEAPU8.slice(pointer, pointer + bytes);
      if (!vlen) {
        const decoder = new TextDecoder();
        return Array.from({ length: total_size }, (_, i) =>
          decoder.decode(data.subarray(i * size, (i + 1) * size)).replace(/\0.*$/s, ""),
        );
      }
      const pointers = new Uint32Array(data.buffer);
      const texts = Array.from({ length: total_size }, (_, i) => library.UTF8ToString(pointers[i]!));
      library.reclaim_vlen_memory(this.#id, path, attribute, BigInt(pointer));
      return texts;
    });
  }

  describe(path: string): Promise<Hdf5Description> {
    return this.#run(`a dataset ${path}`, () => this.#library.get_dataset_metadata(this.#id, path));
  }

  /**
   * Entries of a box of a dataset, row-major and little-endian whatever the file has.
   *
   * @param box - null for the one entry of a dataset without axes.
   * @param bytes - how many they are.
   */
  read(path: string, box: Hdf5Box | null, bytes: number): Promise<Uint8Array> {
    const library = this.#library;
    const [count, offset] = box ? [box.count.map(BigInt), box.offset.map(BigInt)] : [null, null];
    const strides = box ? box.count.map(() => 1n) : null;
    return this.#withMemory(path, bytes, async (pointer) => {
      await this.#run(`entries of ${path}`, () =>
        succeeded(library.get_dataset_data(this.#id, path, count, offset, strides, BigInt(pointer))),
      );
      this.#reads.forgetEntries();
      return library.HEAPU8.slice(pointer, pointer + bytes);
    });
  }

  #run<T>(what: string, operation: () => T): Promise<T> {
    return whenRead(this.#library, this.#reads, what, operation);
  }

  #checkedLength(where: string, bytes: number, most: number): number {
    if (bytes <= most) return bytes;
    throw new CheckpointFormatError(
      `${this.label}: expected ${where} to have at most ${most} bytes, got ${bytes}. ` +
        "The file is damaged or hostile: save it again.",
    );
  }

  /** Memory of the library, given back when it was used. */
  async #withMemory<T>(path: string, bytes: number, use: (pointer: number) => Promise<T>): Promise<T> {
    const pointer = this.#library._malloc(Math.max(bytes, 8));
    if (pointer === 0) {
      throw new UnreadableInputError(
        `${this.label}: ${path} needs ${readableBytes(bytes)} at once, more than the HDF5 library has. ` +
          "Save it in smaller chunks, or as safetensors.",
      );
    }
    try {
      return await use(pointer);
    } finally {
      if (!isBroken(this.#library)) this.#library._free(pointer);
    }
  }
}

function succeeded(status: number): void {
  if (status < 0) throw new Error("the library reports a failure");
}
