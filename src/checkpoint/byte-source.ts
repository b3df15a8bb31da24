import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { READ_CHUNK_BYTES } from "./limits.ts";
import { unreadable } from "./system-errors.ts";

/** Bytes that can be read by range: a file on disk, a file in a browser, or memory. */
export interface ByteSource {
  /** The file's own name, without folders: ids and hints are made of it. */
  readonly name: string;
  /** The file as messages call it: its path as the user gave it, so that two of one name are told apart. */
  readonly label: string;
  readonly size: number;
  /** True where reading a range costs as much as reading all before it: a compressed member of an archive. */
  readonly isSequential?: boolean;
  /**
   * Bytes `offset` to `offset + length`, in an array that the caller may change.
   *
   * @param into - memory of at least `length` bytes that may hold them; without it they get an array of their own.
   * @throws {CheckpointFormatError} If the source ends before that.
   * @throws {UnreadableInputError} If it cannot be read, or was replaced since it was opened.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  /**
   * Reads the same range piece by piece, so that each is used where it is still in the processor's cache; absent where
   * that saves nothing.
   *
   * @param place - memory of a piece: what is taken from it is gone after the next.
   * @param take - uses a piece.
   * @throws As `read` does, and what `take` throws.
   */
  readPieces?(
    offset: number,
    length: number,
    place: Uint8Array,
    take: (piece: Uint8Array) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/**
 * Bytes of pieces after which other work has its turn: they are read by the thread that uses them, since what another
 * one has read lies in the other's cache, so this is how long a slow disk can hold it up.
 */
const TURN_BYTES = 1 << 22;

/** What is said of every file that is shorter than it must be. */
export function truncated(label: string, expected: number, got: number): CheckpointFormatError {
  return new CheckpointFormatError(
    `${label} is truncated: expected at least ${expected} bytes, got ${got}. Download or copy it again.`,
  );
}

/**
 * A file on disk, read by position. The file is opened for each read and closed again, so that a
 * series of hundreds of checkpoints needs one descriptor; since another file could have taken its
 * name between two reads, each read compares the file with the one opened first.
 *
 * @param path - path of a regular file.
 * @throws {UnreadableInputError} If there is no such file, or it cannot be read.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const { open, stat } = await import("node:fs/promises");
  const { closeSync, fstatSync, openSync, readSync } = await import("node:fs");
  const { basename } = await import("node:path");
  const cannotOpen = (error: unknown): never => {
    throw unreadable(path, error);
  };
  const first = await stat(path).catch(cannotOpen);
  if (!first.isFile()) {
    throw new UnreadableInputError(`${path} is not a regular file: expected a checkpoint file or a folder.`);
  }
  let closed = false;
  const openNow = (): number => {
    try {
      return openSync(path, "r");
    } catch (error) {
      return cannotOpen(error);
    }
  };
  /** Says so if a file that was read is not the one that was opened first. */
  const requireSame = ({ ino, size, mtimeMs }: Stats): void => {
    if (ino === first.ino && size === first.size && mtimeMs === first.mtimeMs) return;
    throw new UnreadableInputError(
      `${path} changed while it was read: expected the file that was opened. Run again once it is written.`,
    );
  };
  /** Fills all of an array. */
  const fill = async (file: FileHandle, bytes: Uint8Array, offset: number) => {
    for (let done = 0; done < bytes.length; ) {
      const chunk = Math.min(bytes.length - done, READ_CHUNK_BYTES);
      const { bytesRead } = await file.read(bytes, done, chunk, offset + done);
      if (bytesRead === 0) throw truncated(path, offset + bytes.length, offset + done);
      done += bytesRead;
    }
    return bytes;
  };
  return {
    name: basename(path),
    label: path,
    size: first.size,
    async read(offset, length, into) {
      checkRange(path, first.size, offset, length, closed);
      if (length === 0) return new Uint8Array(0);
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
      const file = await open(path, "r").catch(cannotOpen);
      try {
        await fill(file, bytes, offset);
        requireSame(await file.stat());
      } finally {
        await file.close();
      }
      return bytes;
    },
    async readPieces(offset, length, place, take) {
      checkRange(path, first.size, offset, length, closed);
      // By this thread, as the pieces are: three calls that another one would have to be asked for, of some microseconds each.
      const file = openNow();
      try {
        for (let done = 0, held = 0, turn = TURN_BYTES; done < length; ) {
          if (done >= turn) {
            await new Promise((resolve) => setImmediate(resolve));
            turn += TURN_BYTES;
          }
          const wanted = Math.min(place.length, length - done);
          const read = readSync(file, place, held, wanted - held, offset + done + held);
          if (read === 0) throw truncated(path, offset + done + wanted, offset + done + held);
          held += read;
          // What some network disks give at once is less, and ends within an entry.
          if (held < wanted) continue;
          take(place.subarray(0, wanted));
          done += wanted;
          held = 0;
        }
        requireSame(fstatSync(file));
      } finally {
        closeSync(file);
      }
    },
    async close() {
      closed = true;
    },
  };
}

/** A file that a browser's user chose, or any Blob. */
export function blobSource(blob: Blob, name: string): ByteSource {
  let closed = false;
  return {
    name,
    label: name,
    size: blob.size,
    async read(offset, length) {
      checkRange(name, blob.size, offset, length, closed);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    async close() {
      closed = true;
    },
  };
}

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  let closed = false;
  return {
    name,
    label: name,
    size: bytes.length,
    async read(offset, length) {
      checkRange(name, bytes.length, offset, length, closed);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    async close() {
      closed = true;
    },
  };
}

/** @throws {UnreadableInputError} If the source is closed; {CheckpointFormatError} If it ends before the range does. */
export function checkRange(
  label: string,
  size: number,
  offset: number,
  length: number,
  closed: boolean,
): void {
  if (closed)
    throw new UnreadableInputError(`${label} is closed: open the checkpoint again to read from it.`);
  if (offset + length > size) throw truncated(label, offset + length, size);
}
