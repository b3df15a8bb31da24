import type { Entry, RandomAccessReader } from "yauzl";
import { CheckpointFormatError, MarchenkoError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead } from "./format.ts";
import { DEFLATE_RATIO, ZIP_MEMBERS } from "./limits.ts";
import { inflatedSource, storedSource } from "./zip-data.ts";

type Yauzl = typeof import("yauzl");

/** Bytes fetched at once when an archive's directory is walked, record by record. */
const READ_AHEAD = 4096;

const STORED = 0;
const DEFLATED = 8;

/** Name of the first member of a zip archive, which follows 30 fixed bytes; "" of anything else. */
export function firstZipMember(head: Uint8Array): string {
  if (asciiHead(head, 4) !== "PK\x03\x04" || head.length < 30) return "";
  return asciiHead(head.subarray(30, 30 + head[26]! + 256 * head[27]!));
}

/** A member of an archive. */
export interface ZipMember extends ByteSource {
  /** Not compressed: a range is read as fast as in a file. Its check sum is that of the whole, though. */
  readonly isStored: boolean;
}

/**
 * The members of a zip archive, each as a source of its own bytes: stored ones by range, deflated
 * ones inflated as far as is asked. Only the directory is read here.
 *
 * @throws {CheckpointFormatError} If the archive is damaged, or its sizes cannot be true.
 * @throws {UnreadableInputError} If a member is encrypted, or compressed otherwise; in a browser.
 * @source APPNOTE.TXT 6.3.10 (PKWARE), by way of yauzl.
 */
export async function zipMembers(source: ByteSource): Promise<ZipMember[]> {
  const yauzl = await import("yauzl").catch((cause: unknown) => {
    throw new UnreadableInputError(
      `${source.label} is a zip archive, which is read in Node only: convert it to safetensors.`,
      { cause },
    );
  });

  // What the library itself throws inside a callback, on damage that it did not foresee, rejects too.
  const [crashed, crash] = rejection();
  const reader = archiveReader(yauzl, source, crash);
  const safely: Safely = async (work) => {
    try {
      return await Promise.race([crashed, work()]);
    } catch (error) {
      if (error instanceof MarchenkoError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw damaged(source, "a complete zip archive", `"${reason.replace(/\.$/, "")}"`);
    }
  };
  return safely(() => membersOf(yauzl, reader, source, safely));
}

/** Runs what the library does so that each of its errors becomes one of this package. */
type Safely = <T>(work: () => Promise<T>) => Promise<T>;

async function membersOf(
  yauzl: Yauzl,
  reader: RandomAccessReader,
  source: ByteSource,
  safely: Safely,
): Promise<ZipMember[]> {
  const zip = await yauzl.fromRandomAccessReaderPromise(reader, source.size, { autoClose: false });
  if (zip.entryCount > ZIP_MEMBERS) {
    throw damaged(source, `at most ${ZIP_MEMBERS} members`, `${zip.entryCount}`);
  }
  const entries = new Map<string, Entry>();
  let compressed = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    if (entries.has(entry.fileName)) {
      throw damaged(source, "each member once", `${entry.fileName} twice`);
    }
    checkEntry(source, entry);
    compressed += entry.compressedSize;
    entries.set(entry.fileName, entry);
  }
  // Members that overlap let a small archive inflate to any size.
  if (compressed > source.size) {
    throw damaged(source, `members of ${source.size} bytes together`, `${compressed}`);
  }
  return [...entries.values()].map((entry): ZipMember => {
    const isStored = entry.compressionMethod === STORED;
    let start: Promise<number> | null = null;
    const dataStart = async () => {
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      return fileDataStart;
    };
    const member = (isStored ? storedSource : inflatedSource)(source, {
      name: entry.fileName,
      label: `${source.label}: ${entry.fileName}`,
      start() {
        start ??= safely(dataStart);
        return start;
      },
      compressedSize: entry.compressedSize,
      size: entry.uncompressedSize,
      crc32: entry.crc32,
    });
    return { ...member, isStored };
  });
}

/** A source as yauzl reads it: it asks for a few bytes at a time, which are fetched in blocks. */
function archiveReader(
  yauzl: Yauzl,
  source: ByteSource,
  crash: (error: unknown) => void,
): RandomAccessReader {
  let block: Uint8Array = new Uint8Array(0);
  let blockStart = 0;

  async function copy(target: Buffer, offset: number, length: number, position: number): Promise<void> {
    if (position < blockStart || position + length > blockStart + block.length) {
      const end = Math.min(position + Math.max(length, READ_AHEAD), source.size);
      block = await source.read(position, Math.max(end - position, length));
      blockStart = position;
    }
    target.set(block.subarray(position - blockStart, position - blockStart + length), offset);
  }

  class SourceReader extends yauzl.RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (error: Error | null, bytesRead?: number) => void,
    ): void {
      copy(buffer, offset, length, position)
        .then(
          () => callback(null, length),
          (error: Error) => callback(error),
        )
        .catch(crash);
    }

    override close(callback: (error: Error | null) => void): void {
      callback(null);
    }
  }
  return new SourceReader();
}

/** A promise that only ever rejects, and what rejects it. */
function rejection(): [Promise<never>, (error: unknown) => void] {
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  promise.catch(() => {});
  return [promise, reject];
}

function checkEntry(source: ByteSource, entry: Entry): void {
  const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) {
    throw new UnreadableInputError(`${source.label}: ${fileName} is encrypted, which is not supported.`);
  }
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw new UnreadableInputError(
      `${source.label}: ${fileName} is compressed by method ${compressionMethod}; ` +
        "stored and deflated members are read. Save it again without.",
    );
  }
  if (uncompressedSize > compressedSize * DEFLATE_RATIO) {
    const got = `${uncompressedSize} from ${compressedSize}`;
    throw damaged(source, `${fileName} to inflate at most ${DEFLATE_RATIO}-fold`, got);
  }
}

function damaged(source: ByteSource, expected: string, got: string): CheckpointFormatError {
  return new CheckpointFormatError(
    `${source.label}: expected ${expected}, got ${got}. The archive is damaged: download or save it again.`,
  );
}
