import { REMOTE_AHEAD_BYTES, REMOTE_FIRST_BYTES, REMOTE_KEPT_BYTES, REMOTE_KEPT_PIECES } from "../limits.ts";

/** Places of one file at which reading in order is noticed: as many as tensors are read at once, and some. */
const PLACES = 16;

interface Window {
  readonly file: object;
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface Place {
  readonly file: object;
  /** The byte after the last that was fetched. */
  readonly end: number;
  /** Bytes fetched last. */
  readonly size: number;
}

/**
 * Bytes that were fetched and not asked for yet, of several files, the last used last. A file that is read in order is
 * fetched in pieces that double.
 */
class ReadAhead {
  #windows: Window[] = [];
  #places: Place[] = [];
  #kept = 0;

  /** Bytes from a place on that are there already; null where there are none. */
  find(file: object, at: number): Uint8Array | null {
    const index = this.#windows.findIndex((window) => {
      return window.file === file && window.start <= at && at < window.start + window.bytes.length;
    });
    if (index < 0) return null;
    const [window] = this.#windows.splice(index, 1);
    this.#windows.push(window!);
    return window!.bytes.subarray(at - window!.start);
  }

  /** How many bytes to fetch from a place on, where some more than are asked for cost little. */
  stretch(file: object, at: number): number {
    const place = this.#places.find((each) => each.file === file && each.end === at);
    return place ? Math.min(2 * place.size, REMOTE_AHEAD_BYTES) : REMOTE_FIRST_BYTES;
  }

  /** Notes what was fetched. */
  note(file: object, start: number, length: number): void {
    this.#places = this.#places.filter((each) => each.file !== file || each.end !== start);
    this.#places.push({ file, end: start + length, size: length });
    if (this.#places.length > PLACES) this.#places.shift();
  }

  keep(file: object, start: number, bytes: Uint8Array): void {
    this.#windows.push({ file, start, bytes });
    this.#kept += bytes.length;
    while (this.#kept > REMOTE_KEPT_BYTES || this.#windows.length > REMOTE_KEPT_PIECES)
      this.#kept -= this.#windows.shift()!.bytes.length;
  }

  drop(file: object): void {
    this.#windows = this.#windows.filter((window) => window.file !== file);
    this.#kept = this.#windows.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#places = this.#places.filter((each) => each.file !== file);
  }
}

/** Of the whole process, as its memory is. */
export const readAhead = new ReadAhead();
