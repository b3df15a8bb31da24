import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { bytesPerEntry } from "./decode.ts";
import { SAFETENSORS_HEADER_BYTES, TENSOR_COUNT } from "./limits.ts";
import { type Dtype, entryCount } from "./tensor.ts";
import { checkedName, checkedShape } from "./tensor-shape.ts";

/** One entry of the header, checked; offsets are of the file, not of its data part. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: Dtype;
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
  const { name: file, size } = source;
  if (size < 10) throw truncated(file, 10, size);
  const lengthBytes = await source.read(0, 8);
  const length = new DataView(lengthBytes.buffer, lengthBytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(SAFETENSORS_HEADER_BYTES)) {
    throw wrong(file, `a header of at most ${SAFETENSORS_HEADER_BYTES} bytes`, `a length of ${length}`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size) throw truncated(file, dataStart, size);
  const header = parseHeader(file, await source.read(8, Number(length)));

  const metadata = checkedMetadata(file, header.__metadata__);
  const fields = Object.entries(header).filter(([name]) => name !== "__metadata__");
  if (fields.length > TENSOR_COUNT) throw wrong(file, `at most ${TENSOR_COUNT} tensors`, `${fields.length}`);
  // The order of the data, since JSON.parse puts names that look like integers first.
  const entries = fields
    .map(([name, value]) => checkedEntry(file, checkedName(name, file), value, dataStart))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(file, entries, dataStart, size);
  return { entries, metadata };
}

function parseHeader(file: string, bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b)
    throw wrong(file, "a JSON header that starts with '{'", `byte ${bytes[0] ?? "none"}`);
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return header as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw wrong(file, "a header of UTF-8 JSON", reason, cause);
  }
}

function checkedMetadata(file: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) throw wrong(file, "__metadata__ to map strings to strings", JSON.stringify(value));
  const pairs = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== "string") {
      throw wrong(file, `__metadata__ to map strings to strings`, `${JSON.stringify(text)} for ${key}`);
    }
    return [key, text];
  });
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

function checkedDtype(where: string, dtype: unknown): Dtype {
  if (typeof dtype === "string" && Object.hasOwn(bytesPerEntry, dtype)) return dtype as Dtype;
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
