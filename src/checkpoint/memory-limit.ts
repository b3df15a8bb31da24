import { UnreadableInputError } from "../errors.ts";
import { bytesPerEntry, isPlain } from "./decode.ts";
import type { Dtype } from "./tensor.ts";

let known: Promise<number> | null = null;

/** Bytes that one array can hold here: the language's limit and the machine's memory, whichever is less. */
export function memoryLimit(): Promise<number> {
  known ??= findMemoryLimit();
  return known;
}

async function findMemoryLimit(): Promise<number> {
  try {
    const { constants } = await import("node:buffer");
    const { totalmem } = await import("node:os");
    // Of a container without a limit it is 0, undefined or far beyond the machine, as the system has it.
    const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
    return Math.min(constants.MAX_LENGTH, totalmem(), constrained);
  } catch {
    return LARGEST_IN_BROWSERS;
  }
}

/** ArrayBuffers of Chromium and Firefox end at 2^33 or a little above it. */
const LARGEST_IN_BROWSERS = 2 ** 33;

/** Entries that are not stored as they are computed with are widened to these bytes each. */
const wideEntries: ReadonlySet<Dtype> = new Set(["F64", "I64", "U64", "I32", "U32"]);

/** Bytes that `count` entries take in memory, stored or widened, whichever is more. */
export function bytesInMemory(count: number, dtype: Dtype): number {
  return count * Math.max(isPlain(dtype) ? bytesPerEntry[dtype] : 4, wideEntries.has(dtype) ? 8 : 4);
}

/**
 * The error for a tensor that no memory here holds: a few bytes of a header can say any shape, and a
 * sparse file can back it.
 */
export function tooLarge(
  where: string,
  needed: number,
  limit: number | null,
  cause?: unknown,
): UnreadableInputError {
  const most = limit === null ? "got no memory for it" : `${readableBytes(limit)} is the most that fits here`;
  return new UnreadableInputError(
    `${where} is too large to hold: its entries take ${readableBytes(needed)} of memory, and ${most}. ` +
      "Leave it out (--exclude with its name), or use a machine with more memory.",
    cause === undefined ? undefined : { cause },
  );
}

/**
 * Refuses what no memory here holds, before it is tried.
 *
 * @throws {UnreadableInputError} If `count` entries are more than fit.
 */
export async function requireMemory(where: string, count: number, dtype: Dtype): Promise<void> {
  const needed = bytesInMemory(count, dtype);
  const limit = await memoryLimit();
  if (needed > limit) throw tooLarge(where, needed, limit);
}

/** `4.3 GB`, in powers of 1000. */
export function readableBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
