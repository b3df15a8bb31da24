import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { bytesPerEntry, isPlain } from "./decode.ts";
import { JsonCursor } from "./json-cursor.ts";
import {
  DESCRIPTION_BYTES,
  DESCRIPTION_DEPTH,
  METADATA_COUNT,
  NAME_BYTES,
  SAFETENSORS_HEADER_BYTES,
  TENSOR_COUNT,
} from "./limits.ts";
import { entryCount, type PlainDtype } from "./tensor.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";

/** One entry of the header, checked; offsets are of the file, not of its data part. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: PlainDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Dtypes of the specification whose entries are not one number in whole bytes. */
const undecodable = /^(F4|F6_E\w+|F8_E8M0|F8_E\wM\wFNUZ|C64)$/;

/**
 * Reads and checks the header of a safetensors file: nothing after it is read.
 *
 *     u64 little-endian length | JSON of that length | data
 *
 * @throws {CheckpointFormatError} If anything in it is inconsistent: as strict as the official
 *   reader, which leaves no byte of the data unaccounted for.
 * @throws {UnreadableInputError} If a tensor's dtype is valid and not supported.
 * @source https://github.com/huggingface/safetensors README, "Format"; safetensors/src/tensor.rs.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { label: file, size } = source;
  if (size < 10) throw truncated(file, 10, size);
  const lengthBytes = await source.read(0, 8);
  const length = new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(SAFETENSORS_HEADER_BYTES)) {
    throw wrong(file, `a header of at most ${SAFETENSORS_HEADER_BYTES} bytes`, `a length of ${length}`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size) throw truncated(file, dataStart, size);
  const { entries, metadata } = parseHeader(file, await source.read(8, Number(length)), dataStart);
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(file, entries, dataStart, size);
  return { entries, metadata };
}

/** One member after the other, so that the first wrong one ends it before the next is looked at. */
function parseHeader(
  file: string,
  bytes: Uint8Array,
  dataStart: number,
): { entries: SafetensorsEntry[]; metadata: Record<string, string> } {
  if (bytes[0] !== 0x7b)
    throw wrong(file, "a JSON header that starts with '{'", `byte ${bytes[0] ?? "none"}`);
  const open = () => {
    const json = new JsonCursor(bytes, (expected, got, cause) =>
      wrong(file, `a header of ${expected}`, got, cause),
    );
    json.enter("UTF-8 JSON");
    return json;
  };
  checkCount(file, open());
  const json = open();
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> | null = null;
  for (let name = json.key(NAME_BYTES); name !== null; name = json.key(NAME_BYTES)) {
    if (name === "__metadata__") {
      if (metadata) throw wrong(file, "__metadata__ once", "it twice");
      metadata = readMetadata(file, json);
      continue;
    }
    if (entries.has(name)) throw wrong(file, "each tensor once", `${JSON.stringify(name)} twice`);
    const value = json.value(DESCRIPTION_BYTES, DESCRIPTION_DEPTH);
    entries.set(name, checkedEntry(file, checkedName(name, file), value, dataStart));
  }
  json.end();
  return { entries: [...entries.values()], metadata: metadata ?? {} };
}

/** Passing over a member takes a twentieth of parsing it: too many are refused before any is. */
function checkCount(file: string, json: JsonCursor): void {
  // The metadata are a member too.
  for (let count = 0; json.skipMember(NAME_BYTES, DESCRIPTION_DEPTH); count++) {
    if (count > TENSOR_COUNT) throw wrong(file, `at most ${TENSOR_COUNT} tensors`, "more");
  }
}

function readMetadata(file: string, json: JsonCursor): Record<string, string> {
  const what = "__metadata__ that maps strings to strings";
  const pairs: [string, string][] = [];
  json.enter(what);
  for (let key = json.key(NAME_BYTES); key !== null; key = json.key(NAME_BYTES)) {
    if (pairs.length === METADATA_COUNT) {
      throw wrong(file, `at most ${METADATA_COUNT} texts of __metadata__`, "more");
    }
    // A text may be as long as the header: training arguments and counts of tags are stored as such.
    pairs.push([key, json.text(what)]);
  }
  return Object.fromEntries(pairs);
}

function checkedEntry(file: string, name: string, value: unknown, dataStart: number): SafetensorsEntry {
  const where = `${file}: tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) throw wrong(where, "an object", JSON.stringify(value));
  const dtype = checkedDtype(where, value.dtype);
  const shape = checkedShape(value.shape, where);
  const offsets = value.data_offsets;
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isOffset) ||
    offsets[0] > offsets[1]
  ) {
    throw wrong(where, "data_offsets [begin, end] with 0 <= begin <= end", JSON.stringify(offsets));
  }
  const [begin, end] = offsets as [number, number];
  const expected = entryCount(shape) * bytesPerEntry[dtype];
  if (end - begin !== expected) {
    throw wrong(where, `${expected} bytes for ${dtype} [${shape}]`, `data_offsets of ${end - begin}`);
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function checkedDtype(where: string, dtype: unknown): PlainDtype {
  if (typeof dtype === "string" && isPlain(dtype)) return dtype;
  const readable = Object.keys(bytesPerEntry).join(", ");
  if (typeof dtype === "string" && undecodable.test(dtype)) {
    throw new UnreadableInputError(
      `${where}: dtype ${dtype} is not supported; readable are ${readable}. Save it in one of these.`,
    );
  }
  throw wrong(where, `a dtype of ${readable}`, JSON.stringify(dtype));
}

/** Sorted by offset, the tensors must follow one another without overlap or hole, to the last byte. */
function checkCoverage(
  file: string,
  entries: readonly SafetensorsEntry[],
  dataStart: number,
  size: number,
): void {
  const needed = entries.reduce((last, entry) => Math.max(last, entry.end), dataStart);
  if (needed > size) throw truncated(file, needed, size);
  let position = dataStart;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      const fault = begin < position ? "an overlap with the tensor before it" : "a hole before it";
      throw wrong(
        `${file}: tensor ${JSON.stringify(name)}`,
        `its data at byte ${position}`,
        `${begin} (${fault})`,
      );
    }
    position = end;
  }
  if (position < size) {
    throw wrong(file, `${position} bytes, as the header says`, `${size}: ${size - position} surplus bytes`);
  }
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(
  where: string,
  expected: string,
  got: string | undefined,
  cause?: unknown,
): CheckpointFormatError {
  const message =
    `${where}: expected ${expected}, got ${(got ?? "nothing").slice(0, 300)}. ` +
    "The file is damaged or was not written as safetensors: download or save it again.";
  return new CheckpointFormatError(message, cause === undefined ? undefined : { cause });
}
