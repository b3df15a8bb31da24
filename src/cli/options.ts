import { InvalidArgumentError } from "commander";

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** A whole number of at least 1. */
export function parseCount(value: string): number {
  const count = Number(value);
  if (!(Number.isSafeInteger(count) && count >= 1))
    throw new InvalidArgumentError("expected a whole number of at least 1.");
  return count;
}

/** A whole number. */
export function parseSeed(value: string): number {
  const seed = Number(value);
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError("expected a whole number.");
  return seed;
}
