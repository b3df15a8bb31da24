import { UnreadableInputError } from "../errors.ts";
import { isAbsent, unreadable } from "./system-errors.ts";

/** Bytes of a recipe or a model's configuration: names of 20 000 classes, written twice, have some 2 MB. */
export const SMALL_TEXT_BYTES = 1 << 24;

/**
 * The text of a small file beside a checkpoint.
 *
 * @param what - it should be, for the message: `a model's configuration`.
 * @returns null where there is none.
 * @throws {UnreadableInputError} If it can't be read, is no file, or is larger than such a text is.
 */
export async function smallText(path: string, what: string): Promise<string | null> {
  const { readFile, stat } = await import("node:fs/promises");
  try {
    const found = await stat(path);
    if (found.isFile() && found.size <= SMALL_TEXT_BYTES) return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return null;
    throw unreadable(path, error);
  }
  throw new UnreadableInputError(`${path}: expected ${what}, a file of ${SMALL_TEXT_BYTES} bytes at most.`);
}
