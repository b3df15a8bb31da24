import { UsageError } from "../errors.ts";
import { bytesPerEntry } from "./decode.ts";
import { encodeEntries, type WritableDtype } from "./encode.ts";
import { entryCount, type PlainDtype } from "./tensor.ts";
import { writeWholeFile } from "./whole-file.ts";

/** A tensor to be written. */
export interface WritableTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** F64 or F32, as the array is, by default. */
  readonly dtype?: WritableDtype;
  /** Row-major entries. */
  readonly data: Float32Array | Float64Array;
}

/** A tensor to be written whose bytes come as they are asked for, so that only a piece is held at a time. */
export interface StreamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: PlainDtype;
  /** Row-major, little-endian entries, in pieces of any length; asked for once, after those of the tensor before. */
  bytes(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
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
  for (const { name, shape, data } of tensors) requireFit(name, shape, data);
  const streamed = tensors.map((tensor): StreamedTensor => {
    const { name, shape, data } = tensor;
    const dtype = dtypeOf(tensor);
    return { name, shape, dtype, bytes: () => [encodeEntries(data, dtype)] };
  });
  await streamSafetensors(path, streamed, metadata);
}

/**
 * The same for tensors that are not all in memory.
 *
 * @throws {UsageError} If a name comes twice or is reserved; {RangeError} If a tensor has more bytes than its shape
 *   says, or fewer; and whatever `bytes` throws. No file is left then, and one that was there stays as it was.
 */
export async function streamSafetensors(
  path: string,
  tensors: readonly StreamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = headerBytes(tensors, metadata);
  // The process id keeps two runs that write to one folder apart; the name is gone after the rename.
  await writeWholeFile(path, `${path}.${process.pid}.partial`, async (handle) => {
    await handle.writeFile(header);
    for (const tensor of tensors) {
      let missing = sizeOf(tensor);
      for await (const piece of tensor.bytes()) {
        missing -= piece.length;
        await handle.writeFile(piece);
      }
      if (missing !== 0) {
        throw new RangeError(`${tensor.name}: ${sizeOf(tensor)} bytes were expected, ${-missing} more came`);
      }
    }
  });
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
  for (const { name, shape, data } of tensors) requireFit(name, shape, data);
  const described = tensors.map((tensor) => ({ ...tensor, dtype: dtypeOf(tensor) }));
  const parts = [headerBytes(described, metadata)];
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

function requireFit(name: string, shape: readonly number[], data: Float32Array | Float64Array): void {
  if (entryCount(shape) !== data.length) {
    throw new UsageError(
      `${name}: shape [${shape}] has ${entryCount(shape)} entries, data has ${data.length}`,
    );
  }
}

type Described = Pick<StreamedTensor, "name" | "shape" | "dtype">;

function sizeOf({ shape, dtype }: Described): number {
  return entryCount(shape) * bytesPerEntry[dtype];
}

/** Length and JSON. The JSON is put together by hand: an object would reorder names like "0". */
function headerBytes(tensors: readonly Described[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const names = new Set(["__metadata__"]);
  let begin = 0;
  for (const tensor of tensors) {
    const { name, shape, dtype } = tensor;
    if (names.has(name)) {
      throw new UsageError(
        `tensor names must be unique and not "__metadata__": got ${JSON.stringify(name)} again`,
      );
    }
    names.add(name);
    const end = begin + sizeOf(tensor);
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
