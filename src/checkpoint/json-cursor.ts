/** What the cursor throws where the JSON is wrong or beyond its bounds; it ends "expected ..., got ...". */
export type JsonFault = (expected: string, got: string, cause?: unknown) => Error;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Walks JSON in bytes member by member, and parses only what is asked for and within its bounds.
 *
 * `JSON.parse` on a header of many megabytes costs what its writer likes: brackets that nest, objects by
 * the million, one endless name. Here none of it becomes a value before its length and its depth are
 * known, and a reader that refuses the first wrong member has parsed nothing behind it.
 *
 * @source RFC 8259. Strings and values are checked by `JSON.parse` on their own bytes.
 */
export class JsonCursor {
  readonly #bytes: Uint8Array;
  readonly #fault: JsonFault;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #at = 0;
  /** Whether an object was entered and none of its members read: no comma is due. */
  #isFirst = false;

  constructor(bytes: Uint8Array, fault: JsonFault) {
    this.#bytes = bytes;
    this.#fault = fault;
    // A byte order mark says nothing of UTF-8; RFC 8259 lets a parser ignore it.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
  }

  /** Enters the object that comes next. */
  enter(what: string): void {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== OPEN_BRACE) throw this.#fault(what, this.#here());
    this.#at++;
    this.#isFirst = true;
  }

  /** The next key of the object that was entered last, of at most so many bytes; null at its end. */
  key(mostBytes: number): string | null {
    if (!this.#hasKey()) return null;
    const start = this.#at;
    this.#skipKey(mostBytes);
    const key = this.#parse(start) as string; // what starts with a quote parses to a string
    this.#skipSpace();
    this.#take(COLON);
    return key;
  }

  /** Passes over the next key and its value, unparsed; false at the end of the object. */
  skipMember(mostBytesOfKey: number, depth: number): boolean {
    if (!this.#hasKey()) return false;
    this.#skipKey(mostBytesOfKey);
    this.#skipSpace();
    this.#take(COLON);
    this.skip(depth);
    return true;
  }

  /** The value of the key that came last, of at most so many bytes and so many brackets in each other. */
  value(mostBytes: number, depth: number): unknown {
    this.#skipSpace();
    const start = this.#at;
    this.#skipValue(mostBytes, depth);
    return this.#parse(start);
  }

  /** The value of the key that came last, which is to be a string; of any length, since it is parsed to no more. */
  text(what: string): string {
    this.#skipSpace();
    const start = this.#at;
    if (this.#bytes[start] !== QUOTE) throw this.#fault(what, this.#here());
    this.#skipString(Number.POSITIVE_INFINITY, what);
    return this.#parse(start) as string; // what starts with a quote parses to a string
  }

  /** Passes over the value of the key that came last, whatever its size: only its brackets are seen. */
  skip(depth = Number.POSITIVE_INFINITY): void {
    this.#skipSpace();
    this.#skipValue(Number.POSITIVE_INFINITY, depth);
  }

  /** Passes over the value of the key that came last as {@link skip} does; its bytes, unparsed. */
  skipped(depth = Number.POSITIVE_INFINITY): Uint8Array {
    this.#skipSpace();
    const start = this.#at;
    this.#skipValue(Number.POSITIVE_INFINITY, depth);
    return this.#bytes.subarray(start, this.#at);
  }

  /** Sees that nothing follows but white space. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw this.#wrongHere();
  }

  /** Comes to the next key; false behind the end of the object that was entered last. */
  #hasKey(): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] === CLOSE_BRACE) {
      this.#at++;
      this.#isFirst = false;
      return false;
    }
    if (!this.#isFirst) this.#take(COMMA);
    this.#isFirst = false;
    this.#skipSpace();
    return true;
  }

  #skipKey(mostBytes: number): void {
    if (this.#bytes[this.#at] !== QUOTE) throw this.#wrongHere();
    this.#skipString(this.#at + mostBytes, `names of at most ${mostBytes} bytes`);
  }

  #skipSpace(): void {
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  #take(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw this.#wrongHere();
    this.#at++;
  }

  /** From the opening quote to behind the closing one. */
  #skipString(limit: number, bound: string): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    const end = Math.min(limit, bytes.length);
    for (; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    if (at >= limit) throw this.#fault(bound, `a longer one at byte ${this.#at}`);
    this.#at = at;
    this.#take(QUOTE);
  }

  #skipValue(mostBytes: number, depth: number): void {
    const bytes = this.#bytes;
    const limit = this.#at + mostBytes;
    const bound = `values of at most ${mostBytes} bytes`;
    for (let level = 0; ; ) {
      if (this.#at >= limit) throw this.#fault(bound, `a longer one before byte ${this.#at}`);
      const byte = bytes[this.#at];
      if (byte === undefined) throw this.#wrongHere();
      if (byte === QUOTE) this.#skipString(limit, bound);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        level++;
        this.#at++;
        if (level > depth) {
          throw this.#fault(`values that nest at most ${depth} deep`, `a deeper one at byte ${this.#at}`);
        }
        continue;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (level === 0) return;
        level--;
        this.#at++;
      } else {
        if (level === 0 && byte === COMMA) return;
        this.#at++;
        continue;
      }
      if (level === 0) return;
    }
  }

  #parse(start: number): unknown {
    try {
      return JSON.parse(this.#decoder.decode(this.#bytes.subarray(start, this.#at)));
    } catch (cause) {
      throw this.#fault("UTF-8 JSON", cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #wrongHere(): Error {
    return this.#fault("UTF-8 JSON", this.#here());
  }

  #here(): string {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return `an end at byte ${this.#at}`;
    const char = byte > 0x20 && byte < 0x7f ? ` (${String.fromCharCode(byte)})` : "";
    return `byte 0x${byte.toString(16).padStart(2, "0")}${char} at ${this.#at}`;
  }
}
