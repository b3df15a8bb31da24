import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, memorySource } from "./byte-source.ts";
import { asciiHead, type CheckpointFormat, singleFiles } from "./format.ts";
import { openKerasWeights } from "./keras-weights.ts";
import { CONFIG_BYTES, KERAS_DEFLATED_BYTES } from "./limits.ts";
import { readableBytes } from "./memory-limit.ts";
import { zipMembers } from "./zip-members.ts";

const ZIP_MAGIC = "PK\x03\x04";
const WEIGHTS = "model.weights.h5";
const CONFIG = "config.json";

/** One of these is the first member of an archive that Keras wrote. */
const FIRST_MEMBERS = /^(metadata\.json|config\.json|model\.weights\.h5)/;

/**
 * Keras 3: a zip of a description and one HDF5 file, which Keras stores as it is, so that it is read by range.
 *
 * @source keras 3, src/saving/saving_lib.py.
 */
export const kerasV3: CheckpointFormat = {
  id: "keras-v3",
  title: "Keras 3 (.keras)",
  extensions: [".keras"],
  // A name follows 30 fixed bytes.
  sniff: (head) => asciiHead(head, 4) === ZIP_MAGIC && FIRST_MEMBERS.test(asciiHead(head.subarray(30, 60))),
  gather: (names) => singleFiles(names, ".keras", "model.keras"),
  async open(entry) {
    const magic = asciiHead(await entry.read(0, Math.min(ZIP_MAGIC.length, entry.size)));
    if (magic !== ZIP_MAGIC) {
      throw new CheckpointFormatError(
        `${entry.label}: expected a zip archive, which starts with ${JSON.stringify(ZIP_MAGIC)}, ` +
          `got ${JSON.stringify(magic)}. Download or save it again.`,
      );
    }
    const members = await zipMembers(entry);
    const weights = members.find(({ name }) => name === WEIGHTS);
    const config = members.find(({ name }) => name === CONFIG);
    if (!weights) {
      throw new CheckpointFormatError(
        `${entry.label}: expected a member ${WEIGHTS} in it, got none. ` +
          "Save the model with model.save('model.keras').",
      );
    }
    const source = weights.isStored ? weights : await inMemory(weights);
    const isShort = config && config.size <= CONFIG_BYTES;
    const description = isShort ? new TextDecoder().decode(await config.read(0, config.size)) : "";
    return {
      ...(await openKerasWeights(source, entry.name, description)),
      metadata: {},
      files: [entry.name],
    };
  },
};

/** HDF5 is read in leaps: an archive that somebody compressed again is decompressed once. */
async function inMemory(source: ByteSource): Promise<ByteSource> {
  if (source.size > KERAS_DEFLATED_BYTES) {
    throw new UnreadableInputError(
      `${source.label} is compressed: expected at most ${readableBytes(KERAS_DEFLATED_BYTES)} of it, ` +
        `got ${readableBytes(source.size)}. Unpack it and name the .h5 file.`,
    );
  }
  const copy = memorySource(await source.read(0, source.size), source.name);
  return { ...copy, label: source.label };
}
