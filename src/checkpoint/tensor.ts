import type { FloatFormatName } from "../linalg/float-formats.ts";
import type { ModelConfig } from "./model-config.ts";
import type { TensorUse } from "./tensor-use.ts";

/** Dtypes whose entries are one number each in whole bytes, by the names of the safetensors format. */
export type PlainDtype =
  | FloatFormatName
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** How a tensor's entries are stored: plain, or packed in a way that its format has a name for (`Q4_K`). */
export type Dtype = PlainDtype | (string & Record<never, never>);

/**
 * A named array in a checkpoint: its description at once, its entries on demand.
 *
 * Entries are row-major whatever the file's own order is.
 */
export interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  /** Extent of each axis; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Bytes of the entries as stored, uncompressed: of a plain dtype, their number times its size. */
  readonly sizeBytes: number;
  /** The file that holds it, relative to the checkpoint's path; "" for a tensor in memory. */
  readonly file: string;
  /** Equal for two tensors that are the same bytes (tied weights); null when the format cannot tell. */
  readonly storage: string | null;
  /** Why the entries can't be given, in a sentence: `read` then throws an UnreadableInputError. Absent where they can. */
  readonly undecodable?: string;
  /** How the model uses it, where the format tells: absent where only names do. */
  readonly use?: TensorUse;
  /** True where `read` had better be called once: a range takes as long as the whole. */
  readonly readWhole?: boolean;
  /**
   * Decoded entries `start` (inclusive) to `end` (exclusive) in row-major order; all by default.
   *
   * @returns Float64Array for F64 and integers of 32 bits and more, Float32Array otherwise: exact
   *   but for 64-bit integers over 2^53.
   * @throws {CheckpointFormatError} If the file ends before the entries do.
   */
  read(start?: number, end?: number): Promise<Float32Array | Float64Array>;
  /**
   * Fills an array of the kind that `read` gives with the entries from `start` on: absent where that saves nothing.
   *
   * @param show - is shown the bytes of these entries as they are stored, in order, where {@link showsBytes} says so.
   * @throws {CheckpointFormatError} If the file ends before the entries do.
   */
  readInto?(
    into: Float32Array | Float64Array,
    start: number,
    show?: (bytes: Uint8Array) => void,
  ): Promise<void>;
  /** True where stored bytes are little-endian entries of a float dtype and nothing else, and `readInto` shows them. */
  readonly showsBytes?: boolean;
  /**
   * Shows what `readInto` would of entries `start` to `end`, and decodes nothing. There where {@link showsBytes} is true.
   *
   * @throws {CheckpointFormatError} If the file ends before the entries do.
   */
  showStored?(start: number, end: number, show: (bytes: Uint8Array) => void): Promise<void>;
  /**
   * Entries `start` to `end` as they are stored: row-major, little-endian, in an array of their own. Absent where
   * no such bytes are stored.
   *
   * @throws {CheckpointFormatError} If the file ends before the entries do.
   */
  readBytes?(start: number, end: number): Promise<Uint8Array>;
  /**
   * Root mean square error of stored entries `start` to `end`, all by default, where the dtype does not tell it: of
   * quantised ones, whose step is stored beside them.
   *
   *     s_u = sqrt( mean_i step_i^2 / 12 )
   *
   * @returns s_u, in the unit of the entries, >= 0.
   * @throws {CheckpointFormatError} If the file ends before the steps do.
   */
  roundingError?(start?: number, end?: number): Promise<number>;
}

/**
 * Anything that has named tensors: a file, a live model, a matrix of gradient noise. What
 * `analyze` walks.
 */
export interface TensorSource {
  readonly id: string;
  readonly step?: number | null;
  readonly epoch?: number | null;
  /** Its tensors; their entries are read when they are asked for. */
  tensors(): Iterable<Tensor> | Promise<Iterable<Tensor>>;
  /** The model's `config.json`, parsed; null where there is none. */
  config?(): Promise<ModelConfig | null>;
}

/** Number of entries of a shape. */
export function entryCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/**
 * A tensor in memory, so that a live model or a computed matrix can be analysed like a file.
 *
 * @param name - its name; layers are recognised by it.
 * @param shape - extents, whose product is `data.length`.
 * @param data - row-major entries; not copied.
 * @returns a tensor of dtype F32 or F64, as the array is.
 * @throws {RangeError} If the shape does not fit the data.
 * @example
 * ```ts
 * import { tensorOf } from "marchenko/checkpoint";
 * const tensor = tensorOf("fc1.weight", [2, 3], new Float32Array(6));
 * tensor.dtype; // "F32"
 * ```
 */
export function tensorOf(name: string, shape: readonly number[], data: Float32Array | Float64Array): Tensor {
  if (entryCount(shape) !== data.length) {
    throw new RangeError(
      `shape [${shape}] of ${name} has ${entryCount(shape)} entries, data has ${data.length}`,
    );
  }
  return {
    name,
    dtype: data instanceof Float32Array ? "F32" : "F64",
    shape,
    sizeBytes: data.byteLength,
    file: "",
    storage: null,
    read: async (start = 0, end = data.length) => data.slice(start, end),
    readInto: async (into, start) => into.set(data.subarray(start, start + into.length)),
  };
}
