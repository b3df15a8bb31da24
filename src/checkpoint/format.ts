import type { ByteSource } from "./byte-source.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import type { Tensor } from "./tensor.ts";

/** Files of one folder that together are one model. */
export interface FileGroup {
  /** The file to open; it leads to the others. */
  readonly entry: string;
  /** All of them, the entry included. */
  readonly files: readonly string[];
  /** True when the names say that the model has several files: the entry alone is then no model. */
  readonly inParts: boolean;
  /** True when the name is the one a training library gives the model of a folder. */
  readonly main: boolean;
}

/** What a format may look at besides the entry file. */
export interface Surroundings {
  /** The names to read as one model: the group's, or the entry alone when it was named itself. */
  readonly files: readonly string[];
  /**
   * Opens a file of the entry's folder by its plain name.
   *
   * @returns its bytes, closed with the checkpoint; null when there is none of that name.
   */
  open(name: string): Promise<ByteSource | null>;
}

/** What a format reads from headers. */
export interface OpenedFiles {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The files that hold the tensors. */
  readonly files: readonly string[];
  /** Parts of these files that are no weights of the model (`model.h5: optimizer_weights`), and why. */
  readonly leftOut?: readonly LeftOutFile[];
}

/**
 * A checkpoint format: all that the rest asks about it. One file declares one, and one line of the
 * catalogue (formats.ts) adds it; nothing else in this room knows which formats there are.
 */
export interface CheckpointFormat {
  readonly id: string;
  /** Its name for people. */
  readonly title: string;
  /** Endings of file names, with the dot: a hint, used where the content decides nothing. */
  readonly extensions: readonly string[];
  /** Whether the content is of this format, from the first bytes. */
  sniff(head: Uint8Array, source: ByteSource): boolean;
  /** Which of a folder's files are models in this format, by their names. */
  gather(names: readonly string[]): readonly FileGroup[];
  /**
   * Reads headers only.
   *
   * @throws {CheckpointFormatError} If the content is damaged or hostile.
   * @throws {UnreadableInputError} If a part is missing or of a kind that is not supported.
   */
  open(entry: ByteSource, surroundings: Surroundings): Promise<OpenedFiles>;
}

/**
 * `gather` of a format whose models are one file each.
 *
 * @param mainNames - those that libraries give the model of a folder; the first that is there is it.
 */
export function singleFiles(
  names: readonly string[],
  extension: string,
  ...mainNames: readonly string[]
): FileGroup[] {
  const main = mainNames.find((name) => names.includes(name));
  return names
    .filter((name) => name.toLowerCase().endsWith(extension))
    .map((name) => ({ entry: name, files: [name], inParts: false, main: name === main }));
}

/** First bytes as text, one character a byte, for magics that are text. */
export function asciiHead(head: Uint8Array, length = head.length): string {
  let text = "";
  for (const byte of head.subarray(0, length)) text += String.fromCharCode(byte);
  return text;
}
