import { InvalidArgumentError } from "commander";

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** A whole number of at least 1. */
export function parseCount(value: string): number {
  const count = wholeNumber(value);
  if (!(count >= 1)) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return count;
}

/** A whole number. */
export function parseSeed(value: string): number {
  const seed = wholeNumber(value);
  if (Number.isNaN(seed)) throw new InvalidArgumentError("Expected a whole number of at most 15 digits.");
  return seed;
}

/** Digits alone: Number() would take "" for 0, and an unset variable of a script is "". */
function wholeNumber(value: string): number {
  return /^[+-]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}
