import { diskFolder, type Folder } from "../checkpoint/folder.ts";
import { DEFLATE_RATIO } from "../checkpoint/limits.ts";
import { systemCode, unreadable } from "../checkpoint/system-errors.ts";
import { DatasetFormatError, UnreadableInputError } from "../errors.ts";

/** Bytes of one file that is held in memory, unpacked: what one array of Node is sure to hold. */
export const FILE_BYTES = 2 ** 31 - 1;

/** Compressed bytes that are unpacked to see a file's header. */
const HEAD_BYTES = 4096;

/** Path of a file that the package ships; the same from `src` and from `dist`, which are beside `data`. */
export async function shippedFile(name: string): Promise<string> {
  const { fileURLToPath } = await import("node:url");
  return fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
}

/**
 * Lists a data set's folder.
 *
 * @param advice - a sentence: what should be there and how to get it.
 * @throws {UnreadableInputError} If it cannot be listed.
 */
export async function dataFolder(path: string, advice: string): Promise<Folder> {
  try {
    return await diskFolder(path);
  } catch (cause) {
    if (!(cause instanceof UnreadableInputError)) throw cause;
    throw new UnreadableInputError(`${cause.message} ${advice}`, { cause });
  }
}

/**
 * The path of the first of some names that a folder has.
 *
 * @param advice - as of `dataFolder`.
 * @throws {UnreadableInputError} If it has none of them.
 */
export async function fileOf(folder: Folder, names: readonly string[], advice: string): Promise<string> {
  const { join } = await import("node:path");
  const name = names.find((each) => folder.files.includes(each));
  if (name !== undefined) return join(folder.path, name);
  throw new UnreadableInputError(
    `${folder.path} has no ${names[0]}${names.length > 1 ? " (nor another spelling of it)" : ""}. ${advice}`,
  );
}

/**
 * Whether a file is gzipped, by its first bytes (RFC 1952).
 *
 * @param head - its first two bytes, or all it has.
 * @throws {DatasetFormatError} If it has none, or its name says that it is and they do not.
 */
export function isGzip(path: string, head: Uint8Array): boolean {
  if (head.length === 0) {
    throw new DatasetFormatError(
      `${path} is empty. Download or copy it again, or take it out of the folder.`,
    );
  }
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  if (!path.toLowerCase().endsWith(".gz")) return false;
  throw new DatasetFormatError(
    `${path} is not gzipped, as its name says: expected it to start with 1f 8b. Download it again, or rename it.`,
  );
}

/**
 * A whole file, unpacked where it is gzipped. What it unpacks to is bounded before any of it is held.
 *
 * @param path - of a plain or gzipped file.
 * @param expectedBytes - what the file must hold by its first bytes (some hundreds at least, or all there are), or
 *   the most that it may; it may throw.
 * @throws {UnreadableInputError} If it cannot be read.
 * @throws {DatasetFormatError} If it is empty, no whole gzip file, or is larger than expected.
 */
export async function readWhole(
  path: string,
  expectedBytes: (head: Uint8Array, size: number) => number,
): Promise<Uint8Array> {
  const { open, stat } = await import("node:fs/promises");
  const { constants, gunzipSync } = await import("node:zlib");
  const fail = (cause: unknown): never => {
    throw unreadable(path, cause);
  };
  const found = await stat(path).catch(fail);
  if (!found.isFile()) throw new UnreadableInputError(`${path} is not a regular file. Name the file itself.`);
  if (found.size > FILE_BYTES) throw tooLarge(path, FILE_BYTES, found.size);
  const handle = await open(path, "r").catch(fail);
  try {
    const start = new Uint8Array(Math.min(HEAD_BYTES, found.size));
    const { bytesRead } = await handle.read(start, 0, start.length, 0).catch(fail);
    if (!isGzip(path, start)) {
      const most = expectedBytes(start.subarray(0, bytesRead), found.size);
      if (found.size > most) throw tooLarge(path, most, found.size);
      return await handle.readFile().catch(fail);
    }
    let most = FILE_BYTES;
    try {
      const head = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
      most = expectedBytes(head, found.size * DEFLATE_RATIO);
      return gunzipSync(await handle.readFile().catch(fail), { maxOutputLength: Math.max(1, most) });
    } catch (cause) {
      throw gunzipFault(path, cause, most);
    }
  } finally {
    await handle.close();
  }
}

/** What an error of zlib means for a file that may unpack to so many bytes; an error of another sort as it is. */
export function gunzipFault(path: string, cause: unknown, most: number): unknown {
  const code = systemCode(cause) ?? "";
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return new DatasetFormatError(
      `${path} unpacks to too much: expected at most ${most} bytes. Download or copy it again.`,
      { cause },
    );
  }
  if (!code.startsWith("Z_")) return cause;
  return new DatasetFormatError(
    `${path} is not a whole gzip file (${(cause as Error).message}). Download or copy it again.`,
    { cause },
  );
}

/** The error for a file whose size is not what its header says. */
export function wrongSize(path: string, expected: number, got: number): DatasetFormatError {
  return new DatasetFormatError(
    `${path} is ${got < expected ? "truncated" : "too long"}: expected ${expected} bytes, got ${got}. Download or copy it again.`,
  );
}

function tooLarge(path: string, most: number, got: number): DatasetFormatError {
  return new DatasetFormatError(`${path} is too large: expected at most ${most} bytes, got ${got}.`);
}
