import { CheckpointFormatError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { WIRE_FIELDS } from "./limits.ts";

/** One field of a message: a number, or where its bytes are. */
export interface WireField {
  readonly number: number;
  /** True for bytes with a length: texts, messages, packed numbers. */
  readonly isBytes: boolean;
  /** Of a varint, as a signed number of 64 bits; exact up to 2^53. 0 for others. */
  readonly value: number;
  /** First byte of the contents, and the one after the last, from the start of the file. */
  readonly start: number;
  readonly end: number;
}

/** Bytes fetched at once: small messages lie beside each other, and large contents are passed over. */
const WINDOW_BYTES = 1 << 15;

/**
 * Walks the messages of a protocol buffer in place: only tags, numbers and what is asked for are read.
 *
 * @source Protocol Buffers documentation, "Encoding".
 */
export class WireFile {
  readonly source: ByteSource;
  readonly #kind: string;
  #window: Uint8Array = new Uint8Array(0);
  #start = 0;
  #fields = 0;

  /** @param kind - what the file claims to be, for messages. */
  constructor(source: ByteSource, kind: string) {
    this.source = source;
    this.#kind = kind;
  }

  /**
   * The fields of the message from byte `start` to `end`, in the file's order.
   *
   * @throws {CheckpointFormatError} If it is no message, or a field goes on beyond its end.
   */
  async *fields(start: number, end: number): AsyncGenerator<WireField> {
    let position = start;
    while (position < end) {
      if (++this.#fields > WIRE_FIELDS) throw this.wrong(position, `at most ${WIRE_FIELDS} fields`, "more");
      await this.#need(position, Math.min(end, position + 20));
      const tag = this.#varint(position, end);
      const number = Math.floor(tag.value / 8);
      const wire = tag.value % 8;
      if (number < 1 || number >= 2 ** 29) throw this.wrong(position, "the tag of a field", `${tag.value}`);
      position = tag.end;
      if (wire === 0) {
        const { value, end: after } = this.#varint(position, end);
        yield { number, isBytes: false, value, start: position, end: after };
        position = after;
        continue;
      }
      let contents = position;
      let after: number;
      if (wire === 1) after = position + 8;
      else if (wire === 5) after = position + 4;
      else if (wire === 2) {
        const length = this.#varint(position, end);
        contents = length.end;
        after = length.value < 0 ? Number.POSITIVE_INFINITY : contents + length.value;
      } else throw this.wrong(position, "a field of wire type 0, 1, 2 or 5", `type ${wire}`);
      this.#requireWithin(position, after, end);
      yield { number, isBytes: wire === 2, value: 0, start: contents, end: after };
      position = after;
    }
  }

  /** The contents of a field as text. @param most - bytes of it, at most. */
  async text({ start, end }: WireField, most: number): Promise<string> {
    if (end - start > most) throw this.wrong(start, `a text of at most ${most} bytes`, `${end - start}`);
    if (end - start > WINDOW_BYTES)
      return new TextDecoder().decode(await this.source.read(start, end - start));
    await this.#need(start, end);
    return new TextDecoder().decode(this.#window.subarray(start - this.#start, end - this.#start));
  }

  /** Numbers of a repeated field: one, or several that are packed. @param most - how many of them, at most. */
  async varints(field: WireField, most: number): Promise<number[]> {
    if (!field.isBytes) return [field.value];
    const { start, end } = field;
    if (end - start > 10 * most) throw this.wrong(start, `at most ${most} numbers`, `${end - start} bytes`);
    const numbers: number[] = [];
    for (let position = start; position < end; ) {
      await this.#need(position, Math.min(end, position + 10));
      const number = this.#varint(position, end);
      numbers.push(number.value);
      position = number.end;
    }
    return numbers;
  }

  wrong(position: number, expected: string, got: string): CheckpointFormatError {
    return new CheckpointFormatError(
      `${this.source.label}: expected ${expected} at byte ${position}, got ${got.slice(0, 300)}. ` +
        `The file is damaged or was not written as ${this.#kind}: download or save it again.`,
    );
  }

  /** Fetches a few bytes, and some of what is behind them. */
  async #need(start: number, end: number): Promise<void> {
    if (this.#start <= start && end <= this.#start + this.#window.length) return;
    this.#window = await this.source.read(start, Math.min(WINDOW_BYTES, this.source.size - start));
    this.#start = start;
  }

  #varint(position: number, end: number): { readonly value: number; readonly end: number } {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const at = position + i;
      if (at >= end) throw this.#cut(position, at + 1, end);
      const byte = this.#window[at - this.#start]!;
      if (i < 4) low += (byte & 127) * 2 ** (7 * i);
      else high += (byte & 127) * 2 ** (7 * (i - 4));
      if (byte < 128) return { value: signed(low, high), end: at + 1 };
    }
    throw this.wrong(position, "a number of at most 10 bytes", "a longer one");
  }

  #requireWithin(position: number, after: number, end: number): void {
    if (after > end) throw this.#cut(position, after, end);
  }

  #cut(position: number, after: number, end: number): CheckpointFormatError {
    const { label, size } = this.source;
    if (after > size) return truncated(label, after, size);
    return this.wrong(position, `a field that ends by byte ${end}`, `one that goes on to ${after}`);
  }
}

/** `low + 2^28 high` as a signed number of 64 bits. */
function signed(low: number, high: number): number {
  const value = high * 2 ** 28 + low;
  if (value < 2 ** 63) return value;
  // Exact for numbers near zero too: the difference is made of the halves.
  return (high - 2 ** 36) * 2 ** 28 + low;
}
