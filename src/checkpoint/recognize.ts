import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { foreignFormats } from "./foreign-formats.ts";
import { asciiHead, type CheckpointFormat } from "./format.ts";
import { formats } from "./formats.ts";
import { readableFormats } from "./model-folder.ts";

/** How the JSON of every result that marchenko saves begins. */
const savedResult = /^\s*\{\s*"type":\s*"[a-z]+",\s*"schemaVersion":/;

/**
 * The format of a file: by its content; by its name only if the content is of no known format, so
 * that a damaged file is refused by the format it claims, which can say what is wrong.
 *
 * @param head - the file's first bytes.
 * @throws {UnreadableInputError} If it is a known format that is not read, or an unknown one.
 * @throws {CheckpointFormatError} If the name promises a format that the content is not.
 */
export function recognize(head: Uint8Array, source: ByteSource): CheckpointFormat {
  const format = formats.find((candidate) => candidate.sniff(head, source));
  if (format) return format;
  const foreign = foreignFormats.find((candidate) => candidate.sniff(head, source));
  const name = source.name.toLowerCase();
  const byName = formats.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)));
  if (byName && foreign) {
    throw new CheckpointFormatError(
      `${source.label}: expected ${byName.title} by its name, got what looks like ${foreign.title}. ` +
        `Download or save it again. ${foreign.advice}`,
    );
  }
  if (byName) return byName;
  if (foreign) {
    throw new UnreadableInputError(
      `${source.label} looks like ${foreign.title}, which is not read yet. ` +
        `${foreign.advice} Readable are ${readableFormats()}.`,
    );
  }
  if (savedResult.test(asciiHead(head))) {
    throw new UnreadableInputError(
      `${source.label} is a result that marchenko saved, not a checkpoint: \`marchenko report\` renders it, ` +
        "`marchenko gate` judges it. To analyse again, name the model that it is of.",
    );
  }
  throw new UnreadableInputError(
    `${source.label} is of no format that is known here. Readable are ${readableFormats()}.`,
  );
}
