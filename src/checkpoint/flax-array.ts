import type { ByteSource } from "./byte-source.ts";
import { bytesPerEntry } from "./decode.ts";
import { FLAX_DTYPE_BYTES, RANK } from "./limits.ts";
import type { MsgpackCursor, MsgpackItem } from "./msgpack-cursor.ts";
import { entryCount, type PlainDtype } from "./tensor.ts";
import { checkedShape } from "./tensor-shape.ts";

/** Where an array of Flax lies in its file. */
export interface FlaxArray {
  readonly shape: readonly number[];
  /** NumPy's name of it. */
  readonly dtype: string;
  /** Its plain dtype; null for complex numbers and whatever else has no such name. */
  readonly plain: PlainDtype | null;
  readonly start: number;
  readonly end: number;
}

const dtypes = new Map<string, PlainDtype>([
  ["float64", "F64"],
  ["float32", "F32"],
  ["float16", "F16"],
  ["bfloat16", "BF16"],
  ["float8_e4m3fn", "F8_E4M3"],
  ["float8_e5m2", "F8_E5M2"],
  ["int64", "I64"],
  ["int32", "I32"],
  ["int16", "I16"],
  ["int8", "I8"],
  ["uint64", "U64"],
  ["uint32", "U32"],
  ["uint16", "U16"],
  ["uint8", "U8"],
  ["bool", "BOOL"],
]);

/** Extension types of Flax whose content is an array: an ndarray, and a NumPy scalar. */
const arrayTypes: ReadonlySet<number> = new Set([1, 3]);

/** Whether a value is an array of Flax, by its head. */
export function isFlaxArray({ kind, value }: MsgpackItem): boolean {
  return kind === "extension" && arrayTypes.has(value);
}

/**
 * Reads what an array's extension holds before its entries: MessagePack again, (shape, name of the dtype, bytes).
 *
 * @param cursor - behind the extension's head; then behind the extension.
 * @param where - file and tensor, for messages.
 * @throws {CheckpointFormatError} If it is anything else, or the bytes are not those of the shape.
 * @source flax/serialization.py, _ndarray_to_bytes.
 */
export async function readFlaxArray(
  cursor: MsgpackCursor,
  source: ByteSource,
  extension: MsgpackItem,
  where: string,
): Promise<FlaxArray> {
  const last = cursor.at + extension.count;
  const tuple = await cursor.next();
  if (tuple.kind !== "array" || tuple.count !== 3) {
    throw cursor.wrong(`an array (shape, dtype, bytes) in ${where}`, `${tuple.kind} of ${tuple.count}`);
  }
  const axes = await cursor.next();
  if (axes.kind !== "array" || axes.count > RANK) {
    throw cursor.wrong(`a shape of at most ${RANK} axes in ${where}`, `${axes.kind} of ${axes.count}`);
  }
  const extents: number[] = [];
  for (let axis = 0; axis < axes.count; axis++) extents.push(await readNumber(cursor, where));
  const shape = checkedShape(extents, `${source.label}: ${where}`);
  const name = await cursor.next();
  if (name.kind !== "text" && name.kind !== "bytes") {
    throw cursor.wrong(`a dtype's name in ${where}`, name.kind);
  }
  const dtype = await cursor.text(name, FLAX_DTYPE_BYTES);
  const bytes = await cursor.next();
  if (bytes.kind !== "bytes") throw cursor.wrong(`bytes of entries in ${where}`, bytes.kind);
  const start = cursor.at;
  cursor.pass(bytes.count);
  if (cursor.at !== last)
    throw cursor.wrong(`an array that ends at byte ${last} in ${where}`, `${cursor.at}`);
  const plain = dtypes.get(dtype) ?? null;
  if (plain && entryCount(shape) * bytesPerEntry[plain] !== bytes.count) {
    const expected = `${entryCount(shape) * bytesPerEntry[plain]} bytes for ${dtype} [${shape}] in ${where}`;
    throw cursor.wrong(expected, `${bytes.count}`);
  }
  return { shape, dtype, plain, start, end: cursor.at };
}

/** The next value, which is to be a number. */
export async function readNumber(cursor: MsgpackCursor, where: string): Promise<number> {
  const { kind, value } = await cursor.next();
  if (kind !== "number") throw cursor.wrong(`extents that are numbers in ${where}`, kind);
  return value;
}
