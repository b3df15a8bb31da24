import { CheckpointFormatError } from "../../errors.ts";
import { PICKLE_MEMO, PICKLE_OBJECTS, PICKLE_STACK, PICKLE_TEXT_BYTES } from "../limits.ts";
import { type Fault, PickleBlob, PickleDict, PickleGlobal, PickleObject, shown } from "./pickle-values.ts";

/** What a pickle may refer to outside of itself. */
export interface PickleSurroundings {
  /** The file, for messages. */
  readonly label: string;
  /**
   * The global of a name that the pickle is allowed to have.
   *
   * @throws {UnreadableInputError} If it is not allowed.
   */
  global(module: string, name: string): PickleGlobal;
  /** What a persistent id stands for: torch's storages. */
  persistent(id: unknown, fault: Fault): unknown;
}

/** The bytes end before the pickle does. */
export class PickleCutShort extends Error {}

const text = new TextDecoder("utf-8");

/**
 * The state of Python's pickle machine: bytes read so far, a stack with marks, and a memo. It makes
 * values that do nothing, and counts what it makes.
 *
 * @source Python standard library, pickletools ("the pickle virtual machine"); PEP 307, 3154 and 574.
 */
export class PickleMachine {
  readonly surroundings: PickleSurroundings;
  /** First byte after the pickle, once it is run. */
  position: number;
  /** The result, once the pickle said stop. */
  result: { readonly value: unknown } | null = null;

  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  #made = 0;

  /** @param bytes - the pickle starts at the first and ends anywhere. */
  constructor(bytes: Uint8Array, surroundings: PickleSurroundings) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.surroundings = surroundings;
    this.position = 0;
  }

  /** An error at this place. */
  readonly fault: Fault = (expected, got) =>
    new CheckpointFormatError(
      `${this.surroundings.label}: byte ${this.position} of its pickle: expected ${expected}, got ` +
        `${typeof got === "string" ? got.slice(0, 200) : shown(got)}. The file is damaged or hostile: download or save it again.`,
    );

  /** The next bytes; not a copy. */
  take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #skip(length: number): number {
    const start = this.position;
    if (start + length > this.#bytes.length) throw new PickleCutShort();
    this.position = start + length;
    return start;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** A length of 8 bytes. */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fault("a length within the file", `${value}`);
    return Number(value);
  }

  /** A line of text, as protocol 0 has its arguments; without its end. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new PickleCutShort();
    const length = end - this.position;
    if (length > PICKLE_TEXT_BYTES)
      throw this.fault(`a line of at most ${PICKLE_TEXT_BYTES} bytes`, `${length}`);
    const line = text.decode(this.take(length));
    this.position++;
    return line;
  }

  /** A text of so many bytes; of a long one the length alone. */
  text(length: number): string | PickleBlob {
    const bytes = this.take(length);
    this.#count();
    return length > PICKLE_TEXT_BYTES ? new PickleBlob(length) : text.decode(bytes);
  }

  /** Bytes, of which the length is kept. */
  blob(length: number): PickleBlob {
    this.#skip(length);
    this.#count();
    return new PickleBlob(length);
  }

  list(items: unknown[] = []): unknown[] {
    this.#count();
    return items;
  }

  dict(pairs: readonly unknown[] = []): PickleDict {
    this.#count();
    const dict = new PickleDict();
    this.setItems(dict, pairs);
    return dict;
  }

  global(module: unknown, name: unknown): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.fault("a global named by texts", typeof module === "string" ? name : module);
    }
    this.#count();
    return this.surroundings.global(module, name);
  }

  /** What a call gives: only what was declared for such a global. */
  called(type: unknown, args: unknown): unknown {
    const [global, list] = this.#callable(type, args);
    return global.called(list, this.fault);
  }

  /** An object of a class, without a call of it. */
  made(type: unknown, args: unknown): unknown {
    const [global, list] = this.#callable(type, args);
    return global.made(list, this.fault);
  }

  #callable(type: unknown, args: unknown): [PickleGlobal, unknown[]] {
    if (!(type instanceof PickleGlobal)) throw this.fault("a global to call", type);
    if (!Array.isArray(args)) throw this.fault("a tuple of arguments", args);
    this.#count();
    return [type, args];
  }

  #count(): void {
    if (++this.#made > PICKLE_OBJECTS) throw this.fault(`at most ${PICKLE_OBJECTS} objects`, "more");
  }

  push(value: unknown): void {
    if (this.#stack.length === PICKLE_STACK)
      throw this.fault(`at most ${PICKLE_STACK} values on the stack`, "more");
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.fault("a value on the stack", "none");
    return this.#stack.pop();
  }

  /** The uppermost value, which stays. */
  top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.fault("a value on the stack", "none");
    return this.#stack.at(-1);
  }

  mark(): void {
    if (this.#marks.length === PICKLE_STACK) throw this.fault(`at most ${PICKLE_STACK} marks`, "more");
    this.#marks.push(this.#stack.length);
  }

  /** All values above the last mark, which goes too. */
  popToMark(): unknown[] {
    const start = this.#marks.pop();
    if (start === undefined) throw this.fault("a mark on the stack", "none");
    return this.#stack.splice(start);
  }

  /** Drops a value, or the mark if nothing is above it. */
  drop(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  get memoSize(): number {
    return this.#memo.size;
  }

  remember(index: number): void {
    if (this.#memo.size === PICKLE_MEMO) throw this.fault(`at most ${PICKLE_MEMO} remembered values`, "more");
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.fault("a value remembered before", `number ${index}`);
    this.push(value);
  }

  append(target: unknown, values: readonly unknown[]): void {
    const items = target instanceof PickleObject ? target.asList() : target;
    if (!Array.isArray(items)) throw this.fault("a list to append to", target);
    for (const value of values) items.push(value);
  }

  /** @param pairs - keys and values in turn. */
  setItems(target: unknown, pairs: readonly unknown[]): void {
    if (pairs.length % 2 !== 0) throw this.fault("as many values as keys", `${pairs.length} of both`);
    if (pairs.length === 0) return;
    const dict = target instanceof PickleObject ? target.asDict() : target;
    if (!(dict instanceof PickleDict)) throw this.fault("a dict to set items of", target);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  /** Gives an object its attributes; those of a dict or a tensor are of no use here. */
  build(target: unknown, state: unknown): void {
    if (target instanceof PickleObject) target.state = state;
    else if (typeof target !== "object" || target === null) throw this.fault("an object to build", target);
  }

  stop(): void {
    this.result = { value: this.pop() };
  }
}
