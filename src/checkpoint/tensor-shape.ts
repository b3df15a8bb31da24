import { CheckpointFormatError } from "../errors.ts";
import { ENTRY_COUNT, NAME_LENGTH, RANK } from "./limits.ts";

/**
 * A shape that came out of a file, after all that could be wrong with it was ruled out.
 *
 * @param value - whatever the file has where a shape should be.
 * @param where - file and tensor, for the message.
 * @returns the extents: an array of safe non-negative integers whose product is safe too.
 * @throws {CheckpointFormatError} If it is anything else.
 */
export function checkedShape(value: unknown, where: string): number[] {
  if (!Array.isArray(value)) throw wrong(where, "a list of extents", JSON.stringify(value));
  if (value.length > RANK) throw wrong(where, `at most ${RANK} axes`, `${value.length}`);
  let product = 1;
  return value.map((extent: unknown) => {
    if (typeof extent !== "number" || !Number.isSafeInteger(extent) || extent < 0) {
      throw wrong(where, "extents that are whole numbers from 0 to 2^53 - 1", JSON.stringify(value));
    }
    product *= extent;
    if (product > ENTRY_COUNT) throw wrong(where, "at most 2^53 - 1 entries", JSON.stringify(value));
    return extent;
  });
}

/**
 * A tensor's name that came out of a file.
 *
 * @throws {CheckpointFormatError} If it is longer than any real name.
 */
export function checkedName(name: string, file: string): string {
  if (name.length > NAME_LENGTH) {
    throw new CheckpointFormatError(
      `${file}: expected tensor names of at most ${NAME_LENGTH} characters, got one of ${name.length} ` +
        `(${name.slice(0, 40)}...). The file is damaged or hostile.`,
    );
  }
  return name;
}

function wrong(where: string, expected: string, got: string | undefined): CheckpointFormatError {
  return new CheckpointFormatError(
    `${where}: expected a shape of ${expected}, got ${(got ?? "nothing").slice(0, 200)}. The file is damaged or hostile.`,
  );
}
