import { UsageError } from "../errors.ts";
import { bytesPerEntry } from "./decode.ts";
import { encodeEntries, type WritableDtype } from "./encode.ts";
import { entryCount } from "./tensor.ts";

/** A tensor to be written. */
export interface WritableTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** F64 or F32, as the array is, by default. */
  readonly dtype?: WritableDtype;
  /** Row-major entries. */
  readonly data: Float32Array | Float64Array;
}

/**
 * Writes tensors as a safetensors file: to a temporary file beside it, renamed when complete, so
 * that a reader (or a resumed run) never finds half a file.
 *
 * @param path - where the file goes; its folder exists, a file of that name is replaced.
 * @param tensors - in the order that they are to have; names unique.
 * @param metadata - strings for the header's `__metadata__`; none by default.
 * @throws {UsageError} If a name comes twice or is reserved, or a shape does not fit its data.
 * @source https://github.com/huggingface/safetensors README, "Format".
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = headerBytes(tensors, metadata);
  const { open, rename, rm } = await import("node:fs/promises");
  // The process id keeps two runs that write to one folder apart; the name is gone after the rename.
  const partial = `${path}.${process.pid}.partial`;
  try {
    const handle = await open(partial, "w");
    try {
      await handle.writeFile(header);
      for (const tensor of tensors) await handle.writeFile(encodeEntries(tensor.data, dtypeOf(tensor)));
      // Without this the name could reach the disk before the content does.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * The bytes of a safetensors file with these tensors.
 *
 * Entries are rounded to the nearest number of their dtype, ties to even; the header is padded with
 * spaces so that the data starts at a multiple of 8; equal input gives equal bytes.
 *
 * @param tensors - in the order that they are to have; names unique.
 * @param metadata - strings for the header's `__metadata__`; none by default.
 * @returns the whole file.
 * @throws {UsageError} If a name comes twice or is reserved, or a shape does not fit its data.
 * @source https://github.com/huggingface/safetensors README, "Format".
 * @example
 * ```ts
 * import { encodeSafetensors } from "marchenko/checkpoint";
 * const bytes = encodeSafetensors([{ name: "w", shape: [1, 2], data: Float32Array.of(1, 2) }]);
 * bytes.length; // 72
 * ```
 */
export function encodeSafetensors(
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts = [headerBytes(tensors, metadata)];
  for (const tensor of tensors) parts.push(encodeEntries(tensor.data, dtypeOf(tensor)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

function dtypeOf(tensor: WritableTensor): WritableDtype {
  return tensor.dtype ?? (tensor.data instanceof Float32Array ? "F32" : "F64");
}

/** Length and JSON. The JSON is put together by hand: an object would reorder names like "0". */
function headerBytes(
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const names = new Set(["__metadata__"]);
  let begin = 0;
  for (const tensor of tensors) {
    const { name, shape, data } = tensor;
    if (names.has(name)) {
      throw new UsageError(
        `tensor names must be unique and not "__metadata__": got ${JSON.stringify(name)} again`,
      );
    }
    names.add(name);
    if (entryCount(shape) !== data.length) {
      throw new UsageError(
        `${name}: shape [${shape}] has ${entryCount(shape)} entries, data has ${data.length}`,
      );
    }
    const dtype = dtypeOf(tensor);
    const end = begin + data.length * bytesPerEntry[dtype];
    const description = { dtype, shape, data_offsets: [begin, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
    begin = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}
