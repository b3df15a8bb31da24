import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { ZIP_MEMBERS } from "./limits.ts";

/** What an archive's directory says of a member. */
export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  /** Uncompressed. */
  readonly size: number;
  /** Where its own header begins, which its data follow. */
  readonly headerOffset: number;
}

/** Bytes fetched at once when the directory is walked, record by record. */
const READ_AHEAD = 4096;

const END = 0x06054b50;
const END_BYTES = 22;
const COMMENT_BYTES = 0xffff;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const RECORD = 0x02014b50;
const RECORD_BYTES = 46;
const HEADER = 0x04034b50;
const HEADER_BYTES = 30;
/** Fields of two and four bytes that say: see the 64-bit one. */
const SEE_64 = { short: 0xffff, long: 0xffff_ffff };

/**
 * The directory of a zip archive, which is at its end.
 *
 * @throws {CheckpointFormatError} If there is none, or it is damaged or names too many members.
 * @source APPNOTE.TXT 6.3.10 (PKWARE), 4.3.12 to 4.3.16, 4.5.3.
 */
export async function zipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const { count, offset, end } = await placeOfDirectory(source);
  if (count > ZIP_MEMBERS) throw damagedZip(source, `at most ${ZIP_MEMBERS} members`, `${count}`);
  if (count * RECORD_BYTES > end - offset) {
    throw damagedZip(source, `a directory of ${count} members`, `${end - offset} bytes`);
  }
  let block: Uint8Array = new Uint8Array(0);
  let blockStart = offset;
  const bytesAt = async (from: number, length: number): Promise<Uint8Array> => {
    if (from + length > end) throw damagedZip(source, "a whole directory", `its end at byte ${end}`);
    if (from + length > blockStart + block.length) {
      block = await source.read(from, Math.min(Math.max(length, READ_AHEAD), end - from));
      blockStart = from;
    }
    return block.subarray(from - blockStart, from - blockStart + length);
  };

  const entries: ZipEntry[] = [];
  for (let at = offset, i = 0; i < count; i++) {
    const record = viewOf(await bytesAt(at, RECORD_BYTES));
    requireMark(source, record, RECORD, "a directory record", at);
    const nameLength = record.getUint16(28, true);
    const extraLength = record.getUint16(30, true);
    const fixed = {
      isEncrypted: (record.getUint16(8, true) & 1) !== 0,
      method: record.getUint16(10, true),
      crc32: record.getUint32(16, true),
    };
    const sizes = {
      size: record.getUint32(24, true),
      compressedSize: record.getUint32(20, true),
      headerOffset: record.getUint32(42, true),
    };
    const commentLength = record.getUint16(32, true);
    const texts = await bytesAt(at + RECORD_BYTES, nameLength + extraLength);
    const name = nameOf(texts.subarray(0, nameLength));
    const whole = wideSizes(source, name, sizes, texts.subarray(nameLength));
    entries.push({ name, ...fixed, ...whole });
    at += RECORD_BYTES + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** First byte of a member's data. @throws {CheckpointFormatError} If its header or its data are not where they should be. */
export async function zipDataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const { headerOffset, compressedSize, name } = entry;
  if (headerOffset + HEADER_BYTES > source.size) {
    throw damagedZip(source, `the header of ${name} within ${source.size} bytes`, `byte ${headerOffset}`);
  }
  const header = viewOf(await source.read(headerOffset, HEADER_BYTES));
  requireMark(source, header, HEADER, `the header of ${name}`, headerOffset);
  const start = headerOffset + HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + compressedSize > source.size) {
    throw damagedZip(source, `${name} within ${source.size} bytes`, `its end at ${start + compressedSize}`);
  }
  return start;
}

/** What is said of an archive that can't be right. */
export function damagedZip(source: ByteSource, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${source.label}: expected ${expected}, got ${got}. The archive is damaged: download or save it again.`,
  );
}

/** How many records there are, and the bytes that they lie in. */
async function placeOfDirectory(source: ByteSource) {
  const tailStart = Math.max(0, source.size - END_BYTES - COMMENT_BYTES - LOCATOR_64_BYTES);
  const tail = await source.read(tailStart, source.size - tailStart);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (view.getUint16(at + 20, true) !== tail.length - at - END_BYTES) continue;
    const count = view.getUint16(at + 10, true);
    const offset = view.getUint32(at + 16, true);
    const end = tailStart + at;
    const isWide =
      count === SEE_64.short || offset === SEE_64.long || view.getUint32(at + 12, true) === SEE_64.long;
    const locator = at - LOCATOR_64_BYTES;
    if (isWide && locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
      return wideDirectory(source, wholeNumber(source, view, locator + 8), tailStart + locator);
    }
    if (offset > end) throw damagedZip(source, `a directory before byte ${end}`, `byte ${offset}`);
    return { count, offset, end };
  }
  throw damagedZip(source, "a complete zip archive", "no directory at its end");
}

async function wideDirectory(source: ByteSource, at: number, end: number) {
  if (at + END_64_BYTES > end) {
    throw damagedZip(source, `a 64-bit directory's end before byte ${end}`, `byte ${at}`);
  }
  const view = viewOf(await source.read(at, END_64_BYTES));
  requireMark(source, view, END_64, "a 64-bit directory's end", at);
  const offset = wholeNumber(source, view, 48);
  if (offset > at) throw damagedZip(source, `a directory before byte ${at}`, `byte ${offset}`);
  return { count: wholeNumber(source, view, 32), offset, end: at };
}

type Sizes = Pick<ZipEntry, "size" | "compressedSize" | "headerOffset">;

/** Sizes of which those that don't fit into four bytes stand in the extra field 1, in this order. */
function wideSizes(source: ByteSource, name: string, narrow: Sizes, extra: Uint8Array): Sizes {
  const wanted = (Object.keys(narrow) as (keyof Sizes)[]).filter((key) => narrow[key] === SEE_64.long);
  if (wanted.length === 0) return narrow;
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    if (view.getUint16(at + 2, true) < 8 * wanted.length || at + 4 + 8 * wanted.length > extra.length) break;
    const wide = wanted.map((key, i) => [key, wholeNumber(source, view, at + 4 + 8 * i)]);
    return { ...narrow, ...Object.fromEntries(wide) };
  }
  throw damagedZip(source, `64-bit sizes of ${name}`, "none");
}

function requireMark(source: ByteSource, view: DataView, mark: number, what: string, at: number): void {
  const got = view.getUint32(0, true);
  if (got !== mark) throw damagedZip(source, `${what} at byte ${at}`, `0x${got.toString(16)}`);
}

function wholeNumber(source: ByteSource, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damagedZip(source, "a size below 2^53", `${value}`);
  return value;
}

/** UTF-8, as all writers of checkpoints have it; other bytes one character each. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
