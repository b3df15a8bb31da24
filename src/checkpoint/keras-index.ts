import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { LeftOutFile } from "./checkpoint.ts";
import { asciiHead, type CheckpointFormat, type FileGroup } from "./format.ts";
import { JsonCursor } from "./json-cursor.ts";
import { openKerasWeights } from "./keras-weights.ts";
import { INDEX_BYTES, NAME_BYTES, SHARD_COUNT } from "./limits.ts";
import type { Tensor } from "./tensor.ts";

const index = /^(.+)\.weights\.json$/;
/** What an index may name: a file of its own folder. */
const shard = /^[^./\\:\0][^/\\:\0]*\.weights\.h5$/;

/**
 * Weights of Keras 3 in several HDF5 files, by an index that names those of every layer.
 *
 * @source keras 3, src/saving/saving_lib.py, ShardedH5IOStore.
 */
export const kerasSharded: CheckpointFormat = {
  id: "keras-sharded",
  title: "Keras 3 in shards (.weights.json)",
  extensions: [".weights.json"],
  sniff: (head, source) => index.test(source.name) && asciiHead(head).trimStart().startsWith("{"),
  gather: (names) =>
    names.flatMap((entry): FileGroup[] => {
      const stem = index.exec(entry)?.[1];
      if (stem === undefined) return [];
      const own = names.filter((name) => {
        return name.startsWith(`${stem}_`) && /^\d+\.weights\.h5$/.test(name.slice(stem.length + 1));
      });
      return [{ entry, files: [entry, ...own], inParts: true, main: stem === "model" }];
    }),
  async open(entry, surroundings) {
    const tensors = new Map<string, Tensor>();
    const leftOut: LeftOutFile[] = [];
    const files = await readShardNames(entry);
    for (const file of files) {
      const source = await surroundings.open(file);
      if (!source) {
        throw new UnreadableInputError(
          `${entry.label} names the shard ${file}, which is not beside it. ` +
            "Download the missing file into the same folder.",
        );
      }
      const opened = await openKerasWeights(source, file);
      leftOut.push(...opened.leftOut);
      for (const tensor of opened.tensors) {
        const { name } = tensor;
        if (tensors.has(name))
          throw wrong(entry, "every tensor in one shard", `${JSON.stringify(name)} in two`);
        tensors.set(name, tensor);
      }
    }
    return { tensors: [...tensors.values()], metadata: {}, files, leftOut };
  },
};

/** Names of shards, in the order of the layers that are in them. */
async function readShardNames(entry: ByteSource): Promise<string[]> {
  if (entry.size > INDEX_BYTES) throw wrong(entry, `at most ${INDEX_BYTES} bytes`, `${entry.size}`);
  const json = new JsonCursor(await entry.read(0, entry.size), (expected, got, cause) =>
    wrong(entry, expected, got, cause),
  );
  const shards = new Set<string>();
  json.enter("a JSON object");
  for (let key = json.key(NAME_BYTES); key !== null; key = json.key(NAME_BYTES)) {
    if (key === "weight_map") addShards(entry, json, shards);
    else json.skip();
  }
  json.end();
  if (shards.size === 0) throw wrong(entry, "a weight_map of layers to file names", "none");
  return [...shards];
}

function addShards(entry: ByteSource, json: JsonCursor, shards: Set<string>): void {
  json.enter("a weight_map of layers to file names");
  for (let layer = json.key(NAME_BYTES); layer !== null; layer = json.key(NAME_BYTES)) {
    const names = json.value(NAME_BYTES, 2);
    for (const name of Array.isArray(names) ? names : [names]) {
      if (typeof name !== "string" || !shard.test(name)) {
        throw wrong(entry, "shards that are plain names of .weights.h5 files", JSON.stringify(name));
      }
      if (shards.size === SHARD_COUNT) throw wrong(entry, `at most ${SHARD_COUNT} shards`, "more");
      shards.add(name);
    }
  }
}

function wrong(entry: ByteSource, expected: string, got: string, cause?: unknown): CheckpointFormatError {
  const message =
    `${entry.label}: expected ${expected}, got ${got.slice(0, 300)}. ` +
    "The index is damaged or hostile: download it again.";
  return new CheckpointFormatError(message, cause === undefined ? undefined : { cause });
}
