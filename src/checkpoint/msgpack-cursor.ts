import { CheckpointFormatError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";

/** One value, or the head of one that has parts. */
export interface MsgpackItem {
  readonly kind: "map" | "array" | "text" | "bytes" | "extension" | "number" | "other";
  /** Pairs of a map, elements of an array, bytes of a text, of bytes or of an extension; else 0. */
  readonly count: number;
  /** The number, or the type of an extension; else 0. */
  readonly value: number;
}

/** Bytes fetched at once; heads are at most 9 bytes long. */
const WINDOW_BYTES = 4096;
const LONGEST_HEAD = 9;

const NOTHING: MsgpackItem = { kind: "other", count: 0, value: 0 };
const number = (value: number): MsgpackItem => ({ kind: "number", count: 0, value });

/** What a first byte says: how many bytes of head follow it, and what they mean. */
type Head = readonly [bytes: number, item: (view: DataView, at: number) => MsgpackItem];

const counted = (kind: MsgpackItem["kind"], bytes: 1 | 2 | 4): Head => [
  bytes,
  (view, at) => ({ kind, count: unsigned(view, at, bytes), value: 0 }),
];
const extension = (bytes: 0 | 1 | 2 | 4, fixed = 0): Head => [
  bytes + 1,
  (view, at) => ({
    kind: "extension",
    count: bytes === 0 ? fixed : unsigned(view, at, bytes),
    value: view.getInt8(at + bytes),
  }),
];
const scalar = (bytes: number, read: (view: DataView, at: number) => number): Head => [
  bytes,
  (view, at) => number(read(view, at)),
];

const heads = new Map<number, Head>([
  [0xc0, [0, () => NOTHING]],
  [0xc2, [0, () => NOTHING]],
  [0xc3, [0, () => NOTHING]],
  [0xc4, counted("bytes", 1)],
  [0xc5, counted("bytes", 2)],
  [0xc6, counted("bytes", 4)],
  [0xc7, extension(1)],
  [0xc8, extension(2)],
  [0xc9, extension(4)],
  [0xca, scalar(4, (view, at) => view.getFloat32(at))],
  [0xcb, scalar(8, (view, at) => view.getFloat64(at))],
  [0xcc, scalar(1, (view, at) => view.getUint8(at))],
  [0xcd, scalar(2, (view, at) => view.getUint16(at))],
  [0xce, scalar(4, (view, at) => view.getUint32(at))],
  [0xcf, scalar(8, (view, at) => Number(view.getBigUint64(at)))],
  [0xd0, scalar(1, (view, at) => view.getInt8(at))],
  [0xd1, scalar(2, (view, at) => view.getInt16(at))],
  [0xd2, scalar(4, (view, at) => view.getInt32(at))],
  [0xd3, scalar(8, (view, at) => Number(view.getBigInt64(at)))],
  [0xd4, extension(0, 1)],
  [0xd5, extension(0, 2)],
  [0xd6, extension(0, 4)],
  [0xd7, extension(0, 8)],
  [0xd8, extension(0, 16)],
  [0xd9, counted("text", 1)],
  [0xda, counted("text", 2)],
  [0xdb, counted("text", 4)],
  [0xdc, counted("array", 2)],
  [0xdd, counted("array", 4)],
  [0xde, counted("map", 2)],
  [0xdf, counted("map", 4)],
]);

/**
 * Walks MessagePack value by value. What has a length is passed over unread, so that of a file of any size only the
 * heads are read.
 *
 * @source https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MsgpackCursor {
  /** The next byte. */
  at = 0;
  readonly #source: ByteSource;
  #window = new DataView(new ArrayBuffer(0) as ArrayBufferLike);
  #start = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The next value, or its head; `at` is behind it. */
  async next(): Promise<MsgpackItem> {
    return this.#isNear() ? this.#take() : await this.#fetch().then(() => this.#take());
  }

  /** Passes over what follows the head of a value. */
  async skip(item: MsgpackItem): Promise<void> {
    let open = this.#partsOf(item);
    while (open > 0) {
      if (!this.#isNear()) await this.#fetch();
      open += this.#partsOf(this.#take()) - 1;
    }
  }

  /** The text that follows its head, of at most so many bytes. */
  async text({ count }: MsgpackItem, most: number): Promise<string> {
    if (count > most) throw this.wrong(`texts of at most ${most} bytes`, `one of ${count}`);
    this.pass(count);
    return new TextDecoder().decode(await this.#source.read(this.at - count, count));
  }

  /** Passes over bytes. */
  pass(count: number): void {
    if (this.at + count > this.#source.size) {
      throw truncated(this.#source.label, this.at + count, this.#source.size);
    }
    this.at += count;
  }

  wrong(expected: string, got: string): CheckpointFormatError {
    return new CheckpointFormatError(
      `${this.#source.label}: expected MessagePack with ${expected}, got ${got.slice(0, 200)} before byte ${this.at}. ` +
        "The file is damaged or hostile: download or save it again.",
    );
  }

  /** Passes over the bytes of a value that has them; how many values follow of one that has others. */
  #partsOf({ kind, count }: MsgpackItem): number {
    if (kind === "map") return 2 * count;
    if (kind === "array") return count;
    this.pass(count);
    return 0;
  }

  #isNear(): boolean {
    const end = this.#start + this.#window.byteLength;
    return (
      this.at >= this.#start &&
      (this.at + LONGEST_HEAD <= end || (end === this.#source.size && this.at < end))
    );
  }

  async #fetch(): Promise<void> {
    const { label, size } = this.#source;
    if (this.at >= size) throw truncated(label, this.at + 1, size);
    const bytes = await this.#source.read(this.at, Math.min(WINDOW_BYTES, size - this.at));
    this.#window = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = this.at;
  }

  #take(): MsgpackItem {
    const first = this.#window.getUint8(this.at - this.#start);
    const short = shortItem(first);
    if (short) {
      this.at++;
      return short;
    }
    const head = heads.get(first);
    if (!head) throw this.wrong("values of its types", `byte 0x${first.toString(16)}`);
    const [bytes, item] = head;
    this.pass(1 + bytes);
    return this.#checked(item(this.#window, this.at - bytes - this.#start));
  }

  /** A value of n parts has at least n bytes: what claims more is refused before it is counted through. */
  #checked(item: MsgpackItem): MsgpackItem {
    const parts = item.kind === "map" ? 2 * item.count : item.count;
    if (this.at + parts > this.#source.size) {
      throw truncated(this.#source.label, this.at + parts, this.#source.size);
    }
    return item;
  }
}

/** Values whose first byte says all of the head. */
function shortItem(first: number): MsgpackItem | null {
  if (first < 0x80) return number(first);
  if (first < 0x90) return { kind: "map", count: first & 15, value: 0 };
  if (first < 0xa0) return { kind: "array", count: first & 15, value: 0 };
  if (first < 0xc0) return { kind: "text", count: first & 31, value: 0 };
  return first < 0xe0 ? null : number(first - 256);
}

function unsigned(view: DataView, at: number, bytes: 1 | 2 | 4): number {
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at) : view.getUint32(at);
}
