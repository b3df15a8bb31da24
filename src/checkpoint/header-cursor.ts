import { CheckpointFormatError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";

/** Bytes fetched at once. */
const WINDOW_BYTES = 1 << 16;

/**
 * Reads a binary header from its start to its end, a window at a time: what is passed over is not read. Numbers and
 * bytes are taken after `need` has fetched them.
 */
export class HeaderCursor {
  readonly source: ByteSource;
  readonly isLittle: boolean;
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #position: number;
  /** The header may not go on beyond this, whatever the file says. */
  readonly #end: number;

  constructor(source: ByteSource, position: number, end: number, isLittle: boolean) {
    this.source = source;
    this.#position = position;
    this.#end = end;
    this.isLittle = isLittle;
  }

  /** The next byte to be read, from the start of the file. */
  get position(): number {
    return this.#position;
  }

  /** Whether the next bytes can be taken without waiting. */
  has(count: number): boolean {
    return this.#position + count <= this.#start + this.#window.length;
  }

  /** @throws {CheckpointFormatError} If the file or what a header may take ends before that. */
  async need(count: number): Promise<void> {
    if (this.has(count)) return;
    this.#requireRoom(count);
    const { size } = this.source;
    const length = Math.min(Math.max(count, WINDOW_BYTES), size - this.#position);
    this.#window = await this.source.read(this.#position, length);
    const { buffer, byteOffset, byteLength } = this.#window;
    this.#view = new DataView(buffer, byteOffset, byteLength);
    this.#start = this.#position;
  }

  /** Passes over bytes without reading them. */
  skip(count: number): void {
    this.#requireRoom(count);
    this.#position += count;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.isLittle);
  }

  /** A count or an offset; infinite beyond 2^53, where it can be nothing true. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), this.isLittle);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
  }

  /** The number of the next `count` bytes, in decimals. */
  number(count: number, read: (view: DataView, at: number, isLittle: boolean) => number | bigint): string {
    const at = this.#take(count);
    return String(read(this.#view, at, this.isLittle));
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#window.subarray(at, at + count);
  }

  #take(count: number): number {
    const at = this.#position - this.#start;
    this.#position += count;
    return at;
  }

  #requireRoom(count: number): void {
    const end = this.#position + count;
    const { label, size } = this.source;
    if (end > size) throw truncated(label, end, size);
    if (end > this.#end) {
      throw new CheckpointFormatError(
        `${label}: expected a header of at most ${this.#end} bytes, got one that goes on to byte ${end}. ` +
          "The file is damaged or hostile: download or save it again.",
      );
    }
  }
}
