import { InvalidArgumentError } from "commander";
import { smallestBlock } from "../fits/aspect-ratio-comparable-alpha.ts";

const repeatables = new Set<unknown>([collect]);

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** Declares that a parser collects the values of an option that may be given several times. */
export function repeatable<Parse>(parse: Parse): Parse {
  repeatables.add(parse);
  return parse;
}

/** Whether an option with this parser may be given several times. */
export function isRepeatable(parse: unknown): boolean {
  return repeatables.has(parse);
}

/** A whole number of at least 1. */
export function parseCount(value: string): number {
  const count = wholeNumber(value);
  if (!(count >= 1)) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return count;
}

/** A port of this machine; 0 for a free one. */
export function parsePort(value: string): number {
  const port = wholeNumber(value);
  if (!(port >= 0 && port <= 65535))
    throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
  return port;
}

/** Side of a block; the option has it or not, so that a path behind the option is taken for it. */
export function parseBlockSide(value: string): number {
  const side = wholeNumber(value);
  if (side >= smallestBlock) return side;
  throw new InvalidArgumentError(
    `Expected nothing or a whole number of at least ${smallestBlock}; write the path before the option.`,
  );
}

/** A whole number. */
export function parseSeed(value: string): number {
  const seed = wholeNumber(value);
  if (Number.isNaN(seed)) throw new InvalidArgumentError("Expected a whole number of at most 15 digits.");
  return seed;
}

const byteUnits = ["", "k", "m", "g", "t"];

/** Bytes: 800M and 800MB are millions, 1.5GiB counts in powers of 1024. */
export function parseBytes(value: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)(i?)b?$/i.exec(value.trim());
  const bytes = match
    ? Math.floor(Number(match[1]) * (match[3] ? 1024 : 1000) ** byteUnits.indexOf(match[2]!.toLowerCase()))
    : 0;
  if (!(bytes >= 1)) throw new InvalidArgumentError("Expected bytes, such as 800M, 1.5GB or 2GiB.");
  return bytes;
}

/** Digits alone: Number() would take "" for 0, and an unset variable of a script is "". */
function wholeNumber(value: string): number {
  return /^[+-]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}
