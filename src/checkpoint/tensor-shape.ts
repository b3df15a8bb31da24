import { CheckpointFormatError } from "../errors.ts";
import { ENTRY_COUNT, NAME_LENGTH, NAMES_LENGTH, RANK } from "./limits.ts";

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

/** The names of one file's tensors where a few of its bytes can stand for many: they are made of paths. */
export class PathNames {
  readonly #file: string;
  #length = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * A further name.
   *
   * @throws {CheckpointFormatError} If it is longer than any real name, or all together are.
   */
  checked(name: string): string {
    this.#length += checkedName(name, this.#file).length;
    if (this.#length <= NAMES_LENGTH) return name;
    throw new CheckpointFormatError(
      `${this.#file}: expected tensor names of at most ${NAMES_LENGTH} characters together, got more. ` +
        "The file is damaged or hostile.",
    );
  }
}

function wrong(where: string, expected: string, got: string | undefined): CheckpointFormatError {
  return new CheckpointFormatError(
    `${where}: expected a shape of ${expected}, got ${(got ?? "nothing").slice(0, 200)}. The file is damaged or hostile.`,
  );
}
