import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { type GgufType, ggufTypes } from "./gguf-types.ts";
import { HeaderCursor } from "./header-cursor.ts";
import {
  GGUF_ALIGNMENT,
  GGUF_ARRAY_DEPTH,
  GGUF_HEADER_BYTES,
  GGUF_TEXT_BYTES,
  METADATA_COUNT,
  NAME_BYTES,
  RANK,
  TENSOR_COUNT,
} from "./limits.ts";
import { entryCount } from "./tensor.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";

/** One tensor as the header has it, checked. */
export interface GgufEntry {
  readonly name: string;
  readonly type: GgufType;
  /** Row-major: the file has the extents the other way round. */
  readonly shape: readonly number[];
  /** First byte, from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly isLittle: boolean;
  /** In the order of the header. */
  readonly entries: readonly GgufEntry[];
  /** Numbers and texts; arrays as how many of what they are. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a value of the metadata is, by its number in the file. */
interface ValueType {
  readonly name: string;
  readonly bytes: number;
  text(view: DataView, at: number, isLittle: boolean): number | bigint;
}

const TEXT = 8;
const ARRAY = 9;

const valueTypes: ReadonlyMap<number, ValueType> = new Map([
  [0, { name: "u8", bytes: 1, text: (view, at) => view.getUint8(at) }],
  [1, { name: "i8", bytes: 1, text: (view, at) => view.getInt8(at) }],
  [2, { name: "u16", bytes: 2, text: (view, at, isLittle) => view.getUint16(at, isLittle) }],
  [3, { name: "i16", bytes: 2, text: (view, at, isLittle) => view.getInt16(at, isLittle) }],
  [4, { name: "u32", bytes: 4, text: (view, at, isLittle) => view.getUint32(at, isLittle) }],
  [5, { name: "i32", bytes: 4, text: (view, at, isLittle) => view.getInt32(at, isLittle) }],
  [6, { name: "f32", bytes: 4, text: (view, at, isLittle) => view.getFloat32(at, isLittle) }],
  [7, { name: "bool", bytes: 1, text: (view, at) => view.getUint8(at) }],
  [10, { name: "u64", bytes: 8, text: (view, at, isLittle) => view.getBigUint64(at, isLittle) }],
  [11, { name: "i64", bytes: 8, text: (view, at, isLittle) => view.getBigInt64(at, isLittle) }],
  [12, { name: "f64", bytes: 8, text: (view, at, isLittle) => view.getFloat64(at, isLittle) }],
] satisfies [number, ValueType][]);

/** "GGUF", which some big-endian writers turn with the rest. */
export const ggufMagics: readonly string[] = ["GGUF", "FUGG"];

/**
 * Reads and checks the header of a GGUF file: nothing after it is read.
 *
 *     magic | u32 version | u64 tensors | u64 pairs | pairs of key and value | tensor infos | padding | data
 *
 * The byte order is that in which the version is a small number.
 *
 * @throws {CheckpointFormatError} If anything in it is inconsistent, or the file ends before its tensors do.
 * @throws {UnreadableInputError} If the version, or the type of a tensor, is not known here.
 * @source ggml, docs/gguf.md.
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  const { label: file, size } = source;
  if (size < 24) throw truncated(file, 24, size);
  const head = await source.read(0, 8);
  if (!ggufMagics.includes(String.fromCharCode(...head.subarray(0, 4)))) {
    throw wrong(file, "GGUF at its start", JSON.stringify(String.fromCharCode(...head.subarray(0, 4))));
  }
  const words = new DataView(head.buffer, head.byteOffset);
  const isLittle = words.getUint32(4, true) < 1 << 16;
  const version = words.getUint32(4, isLittle);
  if (version < 2 || version > 3) {
    throw new UnreadableInputError(
      `${file}: expected GGUF of version 2 or 3, got version ${version}. Convert the model again with a present llama.cpp.`,
    );
  }
  const cursor = new HeaderCursor(source, 8, GGUF_HEADER_BYTES, isLittle);
  await cursor.need(16);
  const tensorCount = cursor.u64();
  const pairCount = cursor.u64();
  if (tensorCount > TENSOR_COUNT) throw wrong(file, `at most ${TENSOR_COUNT} tensors`, `${tensorCount}`);
  if (pairCount > METADATA_COUNT) throw wrong(file, `at most ${METADATA_COUNT} values`, `${pairCount}`);
  const metadata = await readPairs(cursor, pairCount);
  const alignment = checkedAlignment(file, metadata.get("general.alignment") ?? "32");
  const infos = await readInfos(cursor, tensorCount);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const entries = infos.map(({ offset, ...info }) => {
    const where = `${file}: tensor ${JSON.stringify(info.name)}`;
    if (offset % alignment !== 0) throw wrong(where, `an offset that ${alignment} divides`, `${offset}`);
    const begin = dataStart + offset;
    return { ...info, begin, end: begin + (entryCount(info.shape) / info.type.entries) * info.type.bytes };
  });
  checkPlaces(file, entries, size);
  return { isLittle, entries, metadata: Object.fromEntries(metadata) };
}

async function readPairs(cursor: HeaderCursor, count: number): Promise<Map<string, string>> {
  const pairs = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const key = await readText(cursor, NAME_BYTES);
    if (pairs.has(key)) throw wrong(cursor.source.label, "each key once", `${JSON.stringify(key)} twice`);
    await cursor.need(4);
    pairs.set(key, await readValue(cursor, cursor.u32(), key));
  }
  return pairs;
}

async function readValue(cursor: HeaderCursor, type: number, key: string): Promise<string> {
  if (type === TEXT) return await readText(cursor, GGUF_TEXT_BYTES);
  if (type === ARRAY) return await skipArray(cursor, key, 1);
  const { bytes, text } = valueType(cursor, type, key);
  await cursor.need(bytes);
  return cursor.number(bytes, text);
}

/** Arrays are vocabularies and the like: counted, not kept. */
async function skipArray(cursor: HeaderCursor, key: string, depth: number): Promise<string> {
  const { label } = cursor.source;
  if (depth > GGUF_ARRAY_DEPTH)
    throw wrong(label, `arrays ${GGUF_ARRAY_DEPTH} deep at most`, JSON.stringify(key));
  await cursor.need(12);
  const type = cursor.u32();
  const count = cursor.u64();
  if (type === TEXT) {
    for (let i = 0; i < count; i++) {
      if (!cursor.has(8)) await cursor.need(8);
      cursor.skip(cursor.u64());
    }
    return `${count} texts`;
  }
  if (type === ARRAY) {
    for (let i = 0; i < count; i++) await skipArray(cursor, key, depth + 1);
    return `${count} arrays`;
  }
  const { name, bytes } = valueType(cursor, type, key);
  cursor.skip(count * bytes);
  return `${count} ${name}`;
}

function valueType(cursor: HeaderCursor, type: number, key: string): ValueType {
  const known = valueTypes.get(type);
  if (known) return known;
  throw wrong(
    cursor.source.label,
    `a value of a type from 0 to 12 for ${JSON.stringify(key)}`,
    `type ${type}`,
  );
}

async function readText(cursor: HeaderCursor, most: number): Promise<string> {
  await cursor.need(8);
  const length = cursor.u64();
  if (length > most) throw wrong(cursor.source.label, `a text of at most ${most} bytes`, `${length}`);
  await cursor.need(length);
  return new TextDecoder().decode(cursor.bytes(length));
}

type TensorInfo = Omit<GgufEntry, "begin" | "end"> & { readonly offset: number };

async function readInfos(cursor: HeaderCursor, count: number): Promise<TensorInfo[]> {
  const { label } = cursor.source;
  const infos = new Map<string, TensorInfo>();
  for (let i = 0; i < count; i++) {
    const name = checkedName(await readText(cursor, NAME_BYTES), label);
    if (infos.has(name)) throw wrong(label, "each tensor once", `${JSON.stringify(name)} twice`);
    const where = `${label}: tensor ${JSON.stringify(name)}`;
    await cursor.need(4);
    const axes = cursor.u32();
    if (axes > RANK) throw wrong(where, `at most ${RANK} axes`, `${axes}`);
    await cursor.need(8 * axes + 12);
    const extents = Array.from({ length: axes }, () => cursor.u64());
    const number = cursor.u32();
    const offset = cursor.u64();
    const type = ggufTypes.get(number);
    if (!type) {
      throw new UnreadableInputError(
        `${where}: its type, number ${number}, is not known here. Analyse the safetensors it was quantised from.`,
      );
    }
    const shape = checkedShape(extents.reverse(), where);
    const last = shape.at(-1) ?? 1;
    if (last % type.entries !== 0) {
      throw wrong(
        where,
        `rows of a multiple of ${type.entries} entries, the block of ${type.name}`,
        `${last}`,
      );
    }
    infos.set(name, { name, type, shape, offset });
  }
  return [...infos.values()];
}

function checkedAlignment(file: string, text: string): number {
  const alignment = Number(text);
  if (alignment >= 1 && alignment <= GGUF_ALIGNMENT && Number.isInteger(Math.log2(alignment)))
    return alignment;
  throw wrong(file, `general.alignment to be a power of 2 up to ${GGUF_ALIGNMENT}`, text);
}

/** No two tensors share bytes, and all are within the file. */
function checkPlaces(file: string, entries: readonly GgufEntry[], size: number): void {
  const needed = entries.reduce((last, { end }) => Math.max(last, end), 0);
  if (needed > size) throw truncated(file, needed, size);
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) {
      throw wrong(
        `${file}: tensor ${JSON.stringify(name)}`,
        `its data from byte ${position} on`,
        `${begin} (an overlap with another tensor)`,
      );
    }
    position = end;
  }
}

function wrong(where: string, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${where}: expected ${expected}, got ${got.slice(0, 300)}. ` +
      "The file is damaged or was not written as GGUF: download or save it again.",
  );
}
