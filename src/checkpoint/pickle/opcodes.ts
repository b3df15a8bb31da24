import { UnreadableInputError } from "../../errors.ts";
import { PICKLE_INTEGER_BYTES } from "../limits.ts";
import type { PickleMachine } from "./pickle-machine.ts";
import type { PickleBlob } from "./pickle-values.ts";

const NEWEST_PROTOCOL = 5;

/** Whole numbers of so many bytes are exact in a double. */
const NUMBER_BYTES = 6;

type Opcode = (machine: PickleMachine) => void;

/** A whole number of so many bytes, two's complement, little-endian; a bigint where a double does not hold it. */
function integer(machine: PickleMachine, length: number): number | bigint {
  if (length < 0 || length > PICKLE_INTEGER_BYTES) {
    throw machine.fault(`a number of at most ${PICKLE_INTEGER_BYTES} bytes`, `${length}`);
  }
  const bytes = machine.take(length);
  if (length === 0) return 0;
  const part = (start: number, end: number) =>
    bytes.subarray(start, end).reduceRight((sum, byte) => 256 * sum + byte, 0);
  if (length <= NUMBER_BYTES) {
    return part(0, length) - (bytes[length - 1]! < 0x80 ? 0 : 256 ** length);
  }
  // From the uppermost part on, whose length is what the others leave.
  let end = length - (length % NUMBER_BYTES);
  let value = BigInt(part(end, length));
  for (; end > 0; end -= NUMBER_BYTES) value = (value << 48n) | BigInt(part(end - NUMBER_BYTES, end));
  return narrowed(BigInt.asIntN(8 * length, value));
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A whole number in decimal digits; `00` and `01` are how protocol 0 writes False and True. */
function decimal(machine: PickleMachine): number | bigint | boolean {
  const digits = machine.line().replace(/L$/, "");
  if (digits === "00" || digits === "01") return digits === "01";
  if (!/^\s*[-+]?\d{1,5000}\s*$/.test(digits)) throw machine.fault("a whole number", digits.slice(0, 40));
  return narrowed(BigInt(digits.replace("+", "")));
}

/** A number in decimal digits. */
function float(machine: PickleMachine): number {
  const line = machine.line();
  const value = Number(
    line.replace(/^([-+]?)(inf|nan)$/i, (_, sign, word) => (/n$/i.test(word) ? "NaN" : `${sign}Infinity`)),
  );
  if (Number.isNaN(value) && !/nan/i.test(line)) throw machine.fault("a number", line.slice(0, 40));
  return value;
}

/** A quoted text; escapes are left as they are written, since no name of a tensor has any. */
function quoted(machine: PickleMachine): string {
  return machine.line().replace(/^(["'])(.*)\1$/s, "$2");
}

function indexOf(machine: PickleMachine): number {
  const index = decimal(machine);
  if (typeof index !== "number") throw machine.fault("a number in the memo", String(index));
  return index;
}

const pushing =
  (value: (machine: PickleMachine) => unknown): Opcode =>
  (machine) =>
    machine.push(value(machine));

const text = (length: (machine: PickleMachine) => number) => pushing((m) => m.text(length(m)));
const blob = (length: (machine: PickleMachine) => number) => pushing((m): PickleBlob => m.blob(length(m)));

function lastOf(count: number): Opcode {
  return (machine) => {
    const items: unknown[] = new Array(count);
    for (let i = count - 1; i >= 0; i--) items[i] = machine.pop();
    machine.push(machine.list(items));
  };
}

/** Class, arguments and keyword arguments, or class and arguments. */
function newObject(withKeywords: boolean): Opcode {
  return (machine) => {
    if (withKeywords) machine.pop();
    const args = machine.pop();
    machine.push(machine.made(machine.pop(), args));
  };
}

function call(machine: PickleMachine): void {
  const args = machine.pop();
  machine.push(machine.called(machine.pop(), args));
}

function refused(what: string): Opcode {
  return ({ surroundings }) => {
    throw new UnreadableInputError(
      `${surroundings.label}: its pickle has ${what}, which no checkpoint needs. ` +
        "Save the model's state_dict() with torch.save.",
    );
  };
}

/**
 * What each opcode does, by its byte: those of protocols 0 to 5.
 *
 * @source Python standard library, pickletools.opcodes.
 */
const byCharacter: readonly (readonly [string | number, Opcode])[] = [
  [0x80, protocol], // PROTO
  [0x95, (m) => void m.uint64()], // FRAME
  [".", (m) => m.stop()],
  ["(", (m) => m.mark()],
  ["0", (m) => m.drop()],
  ["1", (m) => void m.popToMark()],
  ["2", pushing((m) => m.top())],
  ["N", pushing(() => null)],
  [0x88, pushing(() => true)],
  [0x89, pushing(() => false)],
  ["I", pushing(decimal)],
  ["L", pushing(decimal)],
  ["J", pushing((m) => m.int32())],
  ["K", pushing((m) => m.uint8())],
  ["M", pushing((m) => m.uint16())],
  [0x8a, pushing((m) => integer(m, m.uint8()))], // LONG1
  [0x8b, pushing((m) => integer(m, m.int32()))], // LONG4
  ["F", pushing(float)],
  ["G", pushing((m) => m.float64())],
  ["S", pushing(quoted)],
  ["V", pushing((m) => m.line())],
  ["T", text((m) => m.uint32())],
  ["U", text((m) => m.uint8())],
  ["X", text((m) => m.uint32())],
  [0x8c, text((m) => m.uint8())], // SHORT_BINUNICODE
  [0x8d, text((m) => m.uint64())], // BINUNICODE8
  ["B", blob((m) => m.uint32())],
  ["C", blob((m) => m.uint8())],
  [0x8e, blob((m) => m.uint64())], // BINBYTES8
  [0x96, blob((m) => m.uint64())], // BYTEARRAY8
  ["]", pushing((m) => m.list())],
  [")", pushing((m) => m.list())],
  [0x8f, pushing((m) => m.list())], // EMPTY_SET
  ["l", pushing((m) => m.list(m.popToMark()))],
  ["t", pushing((m) => m.list(m.popToMark()))],
  [0x91, pushing((m) => m.list(m.popToMark()))], // FROZENSET
  [0x85, lastOf(1)],
  [0x86, lastOf(2)],
  [0x87, lastOf(3)],
  ["}", pushing((m) => m.dict())],
  ["d", pushing((m) => m.dict(m.popToMark()))],
  ["a", (m) => appendOne(m)],
  ["e", (m) => appendAll(m)],
  [0x90, (m) => appendAll(m)], // ADDITEMS
  ["s", (m) => setOne(m)],
  ["u", (m) => setAll(m)],
  ["p", (m) => m.remember(indexOf(m))],
  ["q", (m) => m.remember(m.uint8())],
  ["r", (m) => m.remember(m.uint32())],
  [0x94, (m) => m.remember(m.memoSize)], // MEMOIZE
  ["g", (m) => m.recall(indexOf(m))],
  ["h", (m) => m.recall(m.uint8())],
  ["j", (m) => m.recall(m.uint32())],
  ["c", pushing((m) => m.global(m.line(), m.line()))],
  [0x93, (m) => stackGlobal(m)],
  ["R", call],
  ["b", (m) => build(m)],
  [0x81, newObject(false)],
  [0x92, newObject(true)],
  ["i", (m) => instance(m)],
  ["o", (m) => objectFromMark(m)],
  ["P", pushing((m) => m.surroundings.persistent(m.line(), m.fault))],
  ["Q", pushing((m) => m.surroundings.persistent(m.pop(), m.fault))],
  [0x82, refused("an extension code")],
  [0x83, refused("an extension code")],
  [0x84, refused("an extension code")],
  [0x97, refused("a buffer outside of it")],
  [0x98, refused("a buffer outside of it")],
];

/** The same, by byte. */
export const opcodes: readonly (Opcode | undefined)[] = (() => {
  const table: (Opcode | undefined)[] = new Array(256).fill(undefined);
  for (const [code, opcode] of byCharacter) {
    table[typeof code === "string" ? code.charCodeAt(0) : code] = opcode;
  }
  return table;
})();

function protocol(machine: PickleMachine): void {
  const version = machine.uint8();
  if (version > NEWEST_PROTOCOL) {
    throw new UnreadableInputError(
      `${machine.surroundings.label}: its pickle is of protocol ${version}: expected at most ${NEWEST_PROTOCOL}. ` +
        "Save it again with torch.save.",
    );
  }
}

function appendOne(machine: PickleMachine): void {
  const value = machine.pop();
  machine.append(machine.top(), [value]);
}

function appendAll(machine: PickleMachine): void {
  const values = machine.popToMark();
  machine.append(machine.top(), values);
}

function setOne(machine: PickleMachine): void {
  const value = machine.pop();
  const key = machine.pop();
  machine.setItems(machine.top(), [key, value]);
}

function setAll(machine: PickleMachine): void {
  const pairs = machine.popToMark();
  machine.setItems(machine.top(), pairs);
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  machine.push(machine.global(machine.pop(), name));
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  machine.build(machine.top(), state);
}

function instance(machine: PickleMachine): void {
  const type = machine.global(machine.line(), machine.line());
  machine.push(machine.called(type, machine.popToMark()));
}

function objectFromMark(machine: PickleMachine): void {
  const [type, ...args] = machine.popToMark();
  machine.push(machine.called(type, args));
}
