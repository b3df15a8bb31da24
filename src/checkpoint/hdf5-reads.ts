import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { heapFault } from "./hdf5-heap.ts";
import { HDF5_HELD_BYTES } from "./limits.ts";

/** EIO, as Emscripten counts errors. */
export const DISK_ERROR = 29;

/** Bytes fetched at once, at least, and to what their places are rounded. */
const PAGE_BYTES = 4096;
/** Bytes fetched at once ahead of a reader that goes through the file from front to back, at most. */
const AHEAD_BYTES = 1 << 22;
/** Pieces longer than this hold entries, not headers: they are forgotten when the entries were taken. */
const HEADER_PIECE_BYTES = 1 << 16;

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * Ranges of a file for a reader that cannot wait: it gets what was fetched before, and else learns that
 * there is nothing yet; what it missed is fetched while it does not run.
 */
export class Hdf5Reads {
  readonly label: string;
  readonly size: number;
  readonly #source: ByteSource;
  #pieces: Piece[] = [];
  #held = 0;
  #missing: { readonly start: number; readonly end: number } | null = null;
  #fault: string | null = null;
  #lastEnd = 0;
  #ahead = PAGE_BYTES;

  constructor(source: ByteSource) {
    this.label = source.label;
    this.size = source.size;
    this.#source = source;
  }

  /**
   * Copies bytes at a position; null where they are not there yet, which is remembered as missing, or would have the
   * reader go in circles, which is remembered as a fault.
   */
  copy(into: Uint8Array, offset: number, length: number, position: number): number | null {
    // One pass over the file misses one thing at a time: what follows an error is the reader's tidying up.
    if (this.#missing || this.#fault) return null;
    const end = Math.min(position + length, this.size);
    for (let at = position; at < end; ) {
      const piece = this.#pieces.find(({ start, bytes }) => start <= at && at < start + bytes.length);
      if (!piece) {
        this.#missing = { start: at, end };
        return null;
      }
      const part = piece.bytes.subarray(at - piece.start, end - piece.start);
      into.set(part, offset + at - position);
      at += part.length;
    }
    const count = Math.max(end - position, 0);
    this.#fault = heapFault(into.subarray(offset, offset + count));
    return this.#fault ? null : count;
  }

  /**
   * Fetches what was missed last.
   *
   * @returns whether anything was.
   * @throws {CheckpointFormatError} If more is asked for than any reader needs, or there was a fault in what it got.
   */
  async fetchMissing(): Promise<boolean> {
    const fault = this.#fault;
    this.#fault = null;
    if (fault) {
      throw new CheckpointFormatError(
        `${this.label}: expected HDF5 with ${fault}. The file is damaged or hostile: save it again.`,
      );
    }
    const missing = this.#missing;
    if (!missing) return false;
    this.#missing = null;
    this.#ahead = missing.start === this.#lastEnd ? Math.min(2 * this.#ahead, AHEAD_BYTES) : PAGE_BYTES;
    // A piece that went on from the last one starts where that ended: no byte is fetched twice.
    const start = missing.start === this.#lastEnd ? missing.start : roundDown(missing.start);
    const wanted = Math.max(missing.end, start + this.#ahead);
    const end = Math.min(roundDown(wanted + PAGE_BYTES - 1), this.size);
    this.#held += end - start;
    if (this.#held > HDF5_HELD_BYTES) {
      throw new CheckpointFormatError(
        `${this.label}: expected HDF5 whose headers and chunks take at most ${HDF5_HELD_BYTES} bytes at once, ` +
          "got more. The file is damaged or hostile: save it again.",
      );
    }
    this.#pieces.unshift({ start, bytes: await this.#source.read(start, end - start) });
    this.#lastEnd = end;
    return true;
  }

  /** Forgets entries that were fetched: what is read next lies elsewhere. */
  forgetEntries(): void {
    this.#pieces = this.#pieces.filter(({ bytes }) => bytes.length <= HEADER_PIECE_BYTES);
    this.#held = this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}

function roundDown(position: number): number {
  return Math.floor(position / PAGE_BYTES) * PAGE_BYTES;
}
