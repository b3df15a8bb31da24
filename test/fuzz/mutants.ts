import { randomStream } from "../../src/linalg/random.ts";

/** Files of one model by their names; the one to open is the first. */
export type Files = ReadonlyMap<string, Uint8Array>;

type Draw = (below: number) => number;
type Step = (bytes: Uint8Array, at: number, draw: Draw) => Uint8Array;

/** Numbers that a length, a count or an offset is set to: the ends of what machines count with. */
const extremes: readonly bigint[] = [0n, -1n, 1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n]
  .concat([2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n), 127n, 128n, 255n, 65_535n])
  .map((value) => BigInt.asUintN(64, value));

const steps: Readonly<Record<string, Step>> = {
  flip(bytes, at, draw) {
    const changed = bytes.slice();
    if (at < bytes.length) changed[at]! ^= 1 << draw(8);
    return changed;
  },
  set(bytes, at, draw) {
    const changed = bytes.slice();
    const end = Math.min(bytes.length, at + 1 + draw(8));
    for (let i = at; i < end; i++) changed[i] = draw(256);
    return changed;
  },
  cut: (bytes, at) => bytes.slice(0, at),
  remove: (bytes, at, draw) => joined(bytes.subarray(0, at), bytes.subarray(at + 1 + draw(16))),
  insert(bytes, at, draw) {
    const others = Uint8Array.from({ length: 1 + draw(16) }, () => draw(256));
    return joined(bytes.subarray(0, at), others, bytes.subarray(at));
  },
  /** A whole number of 1, 2, 4 or 8 bytes, in either order, to an extreme or to a neighbour of what it is. */
  length(bytes, at, draw) {
    const width = [1, 2, 4, 8][draw(4)]!;
    const isLittle = draw(2) === 0;
    if (at + width > bytes.length) return bytes;
    const changed = bytes.slice();
    const place = (i: number) => at + (isLittle ? i : width - 1 - i);
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(changed[place(i)]!);
    const next = [value + 1n, value - 1n, value * 2n, -value][draw(4)]!;
    value = BigInt.asUintN(64, draw(3) === 0 ? next : extremes[draw(extremes.length)]!);
    for (let i = 0; i < width; i++) changed[place(i)] = Number((value >> BigInt(8 * i)) & 255n);
    return changed;
  },
  /** Decimal digits, as headers that are text have them, to others, as many, or to an extreme. */
  digits(bytes, at, draw) {
    let start = at;
    while (start < bytes.length && !isDigit(bytes[start]!)) start++;
    let end = start;
    while (end < bytes.length && isDigit(bytes[end]!)) end++;
    const as = [() => "9", () => "0", () => String(draw(10))][draw(3)]!;
    const extreme = BigInt.asIntN(64, extremes[draw(extremes.length)]!).toString();
    const text = draw(2) === 0 ? extreme : Array.from({ length: end - start }, as).join("");
    return joined(bytes.subarray(0, start), new TextEncoder().encode(text), bytes.subarray(end));
  },
  /** Two chunks change places. */
  swap(bytes, at, draw) {
    const length = 1 + draw(64);
    const other = draw(bytes.length + 1);
    const [low, high] = [Math.min(at, other), Math.max(at, other)];
    if (low + length > high || high + length > bytes.length) return bytes;
    const changed = bytes.slice();
    changed.copyWithin(low, high, high + length);
    changed.set(bytes.subarray(low, low + length), high);
    return changed;
  },
  /** A chunk comes again, up to 64 times. */
  repeat(bytes, at, draw) {
    const chunk = bytes.subarray(at, at + 1 + draw(draw(4) === 0 ? 4096 : 32));
    const copies = new Array<Uint8Array>(1 + draw(draw(4) === 0 ? 64 : 3)).fill(chunk);
    return joined(bytes.subarray(0, at), ...copies, bytes.subarray(at));
  },
};

const kinds = Object.values(steps);

/** Bytes at either end of a file where headers and directories are: half of the damage is done there. */
const END_BYTES = 1024;

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function placeIn(bytes: Uint8Array, draw: Draw): number {
  const where = draw(4);
  const near = draw(Math.min(bytes.length, END_BYTES) + 1);
  if (where === 0) return near;
  return where === 1 ? bytes.length - near : draw(bytes.length + 1);
}

/**
 * Damaged copies of a model's files: one to four steps, each of which flips, sets, cuts, removes, inserts, swaps or
 * repeats bytes, or changes a number.
 *
 * @param title - of the case. @param round - of the case's mutants; the three arguments determine the bytes.
 */
export function mutantOf(files: Files, seed: number, title: string, round: number): Map<string, Uint8Array> {
  const { uniform } = randomStream(seed, ["mutant", title, round]);
  const draw: Draw = (below) => Math.floor(uniform() * below);
  const damaged = new Map(files);
  const names = [...files.keys()];
  for (let left = 1 + draw(4); left > 0; left--) {
    const name = names[draw(names.length)]!;
    const bytes = damaged.get(name)!;
    damaged.set(name, kinds[draw(kinds.length)]!(bytes, placeIn(bytes, draw), draw));
  }
  return damaged;
}
