import { CheckpointFormatError, UnreadableInputError } from "../../errors.ts";
import { type ByteSource, truncated } from "../byte-source.ts";
import { bytesPerEntry } from "../decode.ts";
import { rangedTensor } from "../ranged-tensor.ts";
import { entryCount, type Tensor } from "../tensor.ts";
import { undecodableTensor } from "../undecodable-tensor.ts";
import { varintTensor } from "../varint-tensor.ts";
import { nibbleTensor } from "./nibble-tensor.ts";
import { piecedSource } from "./pieced-source.ts";
import type { TensorProto } from "./tensor-proto.ts";

/** Opens a file by its path in the folder of the model; null when there is none. */
export type OpenBeside = (name: string) => Promise<ByteSource | null>;

/** Where a run of whole entries is, and in which file. */
interface Run {
  readonly source: ByteSource;
  readonly start: number;
  readonly length: number;
}

/**
 * The tensor of a TensorProto, whichever way its entries are stored: `raw_data`, the field of its type, or another file.
 *
 * @param entry - the model's file. @param name - what it is called in the checkpoint.
 * @throws {CheckpointFormatError} If there are not as many entries as its shape says.
 * @throws {UnreadableInputError} If they are in a file that is not there.
 */
export async function tensorOfProto(
  entry: ByteSource,
  proto: TensorProto,
  name: string,
  beside: OpenBeside,
): Promise<Tensor> {
  const { type, shape, packed } = proto;
  const where = `${entry.label}: tensor ${JSON.stringify(name)}`;
  const count = entryCount(shape);
  const bytes = Math.ceil((count * (type.bits ?? 0)) / 8);
  const plain = type.plain;
  if (!plain && !type.nibbles) {
    const detail = `Entries are ${type.name}, which is not decoded: analyse the checkpoint it was exported from.`;
    return undecodableTensor(entry, {
      ...{ name, dtype: type.name, shape, sizeBytes: bytes, file: entry.name, detail },
    });
  }
  const described = { name, shape, file: entry.name };
  const run = await runOf(entry, proto, where, bytes, beside);
  if (run) {
    if (run.length !== bytes) {
      throw wrong(where, `${bytes} bytes for ${type.name} [${shape}]`, `${run.length}`);
    }
    const place = { ...described, offset: run.start, file: run.source.name };
    if (plain) return rangedTensor(run.source, { ...place, dtype: plain });
    const pairs = (first: number, last: number) => run.source.read(run.start + first, last - first);
    return nibbleTensor({ ...place, dtype: type.name, where, values: type.nibbles!, bytes: pairs });
  }
  const length = packed.reduce((sum, { start, end }) => sum + end - start, 0);
  if (!plain || type.isVarint) {
    const numbers = plain ? count : bytes;
    // A number has a byte at least, and ten at most.
    if (length < numbers || length > 10 * numbers) {
      throw wrong(where, `${numbers} packed numbers`, `${length} bytes of them`);
    }
    if (plain) return varintTensor(entry, { ...described, dtype: plain, pieces: packed });
    const pairs = varintTensor(entry, { ...described, shape: [bytes], dtype: "U8", pieces: packed });
    return nibbleTensor({
      ...{ ...described, dtype: type.name, where, values: type.nibbles! },
      bytes: (first, last) => pairs.read(first, last),
    });
  }
  const expected = count * bytesPerEntry[plain];
  if (length !== expected) throw wrong(where, `${expected} bytes of numbers`, `${length}`);
  const [first] = packed;
  return packed.length > 1
    ? rangedTensor(piecedSource(entry, packed), { ...described, dtype: plain, offset: 0 })
    : rangedTensor(entry, { ...described, dtype: plain, offset: first?.start ?? 0 });
}

/** Entries that lie as they are in memory; null for those in the field of their type. */
async function runOf(
  entry: ByteSource,
  { raw, packed, external }: TensorProto,
  where: string,
  bytes: number,
  beside: OpenBeside,
): Promise<Run | null> {
  if (external) return await externalRun(entry, external, where, bytes, beside);
  if (raw) return { source: entry, start: raw.start, length: raw.end - raw.start };
  return packed.length === 0 ? { source: entry, start: 0, length: 0 } : null;
}

/**
 * @source onnx/docs/ExternalData.md: location is a path within the model's folder, offset and length are in bytes.
 */
async function externalRun(
  entry: ByteSource,
  external: ReadonlyMap<string, string>,
  where: string,
  bytes: number,
  beside: OpenBeside,
): Promise<Run> {
  const location = (external.get("location") ?? "").replace(/^(\.\/+)+/, "");
  const isWithin = location.split("/").every((part) => /^[^.\\:\0][^\\:\0]*$/.test(part));
  if (!isWithin) {
    throw wrong(where, "its data in a file in the folder of the model", JSON.stringify(location));
  }
  const start = wholeNumber(where, "offset", external.get("offset") ?? "0");
  const length = wholeNumber(where, "length", external.get("length") ?? String(bytes));
  const source = await beside(location);
  if (!source) {
    throw new UnreadableInputError(
      `${where} is in ${location}, which is not beside ${entry.name}. Download the missing file to its place.`,
    );
  }
  if (start + length > source.size) throw truncated(source.label, start + length, source.size);
  return { source, start, length };
}

function wholeNumber(where: string, key: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw wrong(where, `${key} of its external data to be a whole number`, JSON.stringify(text));
}

function wrong(where: string, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${where}: expected ${expected}, got ${got.slice(0, 300)}. ` +
      "The file is damaged or was not written as ONNX: download or save it again.",
  );
}
