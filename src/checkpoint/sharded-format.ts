import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  asciiHead,
  type CheckpointFormat,
  type FileGroup,
  type OpenedFiles,
  openNamed,
  type Surroundings,
} from "./format.ts";
import { JsonCursor } from "./json-cursor.ts";
import { INDEX_BYTES, NAME_BYTES, SHARD_COUNT, TENSOR_COUNT } from "./limits.ts";
import type { Tensor } from "./tensor.ts";
import { checkedName } from "./tensor-shape.ts";

/** What one format of files says of models in several of them. */
export interface ShardKind {
  readonly id: string;
  readonly title: string;
  /** Ending of a shard's name, with the dot. */
  readonly ending: string;
  /** Names, before the endings, that libraries give the model of a folder. */
  readonly mainStems: readonly string[];
  /** Tensors and metadata of one shard. */
  openShard(source: ByteSource): Promise<Pick<OpenedFiles, "tensors" | "metadata">>;
}

/** How the names of its files look. */
interface Names {
  readonly index: RegExp;
  readonly shard: RegExp;
  /** What an index may name: a file of its own folder. */
  readonly plain: RegExp;
}

/**
 * A model in several files: by an index (`model.safetensors.index.json`, whose `weight_map` names the shard of
 * every tensor), or, without one, by shard names that count themselves (`model-00001-of-00002.safetensors`).
 *
 * @source huggingface_hub documentation, "Serialization": split_torch_state_dict_into_shards.
 */
export function shardedFormat(kind: ShardKind): CheckpointFormat {
  const ending = kind.ending.replace(".", "\\.");
  const names: Names = {
    index: new RegExp(`^(.+)${ending}\\.index\\.json$`),
    shard: new RegExp(`^(.+)-(\\d{1,6})-of-(\\d{1,6})${ending}$`),
    plain: new RegExp(`^[^/\\\\:\\0]+${ending}$`),
  };
  return {
    id: kind.id,
    title: kind.title,
    extensions: [`${kind.ending}.index.json`],
    sniff(head, source) {
      const text = asciiHead(head);
      if (!text.trimStart().startsWith("{")) return false;
      return (
        names.index.test(source.name) || (text.includes('"weight_map"') && text.includes(`${kind.ending}"`))
      );
    },
    gather: (files) => gatherShards(files, kind, names),
    open: (entry, surroundings) =>
      names.shard.test(entry.name)
        ? openCountedShards(entry, surroundings, kind, names)
        : openByIndex(entry, surroundings, kind, names),
  };
}

function gatherShards(
  files: readonly string[],
  { mainStems }: ShardKind,
  { index, shard }: Names,
): FileGroup[] {
  const shards = files.filter((name) => shard.test(name));
  const indexes = files.filter((name) => index.test(name));
  const groups = indexes.map((entry): FileGroup => {
    const stem = index.exec(entry)![1]!;
    // With one index in the folder all shards are its own, whatever they are called.
    const own = indexes.length === 1 ? shards : shards.filter((name) => shard.exec(name)![1] === stem);
    return { entry, files: [entry, ...own], inParts: true, main: mainStems.includes(stem) };
  });
  const claimed = new Set(groups.flatMap((group) => group.files));
  const sets = new Map<string, string[]>();
  for (const name of shards.filter((other) => !claimed.has(other))) {
    const [, stem, , total] = shard.exec(name)!;
    const key = `${stem}-of-${total}`;
    const set = sets.get(key);
    if (set) set.push(name);
    else sets.set(key, [name]);
  }
  for (const set of sets.values()) {
    const main = mainStems.includes(shard.exec(set[0]!)![1]!);
    groups.push({ entry: set[0]!, files: set, inParts: true, main });
  }
  return groups;
}

async function openByIndex(
  entry: ByteSource,
  surroundings: Surroundings,
  kind: ShardKind,
  names: Names,
): Promise<OpenedFiles> {
  const shardOf = await readWeightMap(entry, kind, names);
  const opened = await openShards([...new Set(shardOf.values())].sort(), entry, surroundings, kind);
  // A shard's tensors are all the model's, listed or not, as for the library that writes these; the
  // index decides where two shards have the same name.
  const merged = mergeShards(entry, opened, (name, file) => (shardOf.get(name) ?? file) === file);
  const present = new Set(merged.tensors.map((tensor) => tensor.name));
  for (const [name, shard] of shardOf) {
    if (present.has(name)) continue;
    throw new CheckpointFormatError(
      `${entry.label}: expected tensor ${JSON.stringify(name)} in ${shard}, got a shard without it. ` +
        "Index and shards are of different models or versions: download all of them again.",
    );
  }
  return merged;
}

async function openCountedShards(
  entry: ByteSource,
  surroundings: Surroundings,
  kind: ShardKind,
  names: Names,
): Promise<OpenedFiles> {
  const [, stem, digits, totalDigits] = names.shard.exec(entry.name)!;
  const total = Number(totalDigits);
  if (total > SHARD_COUNT) {
    throw new CheckpointFormatError(`${entry.label}: expected at most ${SHARD_COUNT} shards, got ${total}.`);
  }
  const expected = Array.from({ length: total }, (_, i) => {
    return `${stem}-${String(i + 1).padStart(digits!.length, "0")}-of-${totalDigits}${kind.ending}`;
  });
  const own = new Set(expected);
  const model = entry.label.slice(0, entry.label.length - entry.name.length) + stem;
  const strange = surroundings.files.filter((name) => !own.has(name));
  requireShards(model, expected, surroundings.files);
  if (strange.length > 0) {
    throw new CheckpointFormatError(
      `${model}: expected shards numbered 1 to ${total}, got ${strange.slice(0, 5).join(", ")} too. Remove it.`,
    );
  }
  return mergeShards(entry, await openShards(expected, entry, surroundings, kind), () => true);
}

/**
 * @param model - its name, for the message.
 * @param expected - names of all shards, in their order. @param files - those that are there.
 * @throws {UnreadableInputError} If some are missing.
 */
export function requireShards(model: string, expected: readonly string[], files: readonly string[]): void {
  const there = new Set(files);
  const missing = expected.filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new UnreadableInputError(
    `${model}: expected shards 1 to ${expected.length}, and ${missing.length} of them ` +
      `(${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", ..." : ""}) are not there. ` +
      "Download the missing files, or name one shard to read it alone.",
  );
}

type OpenedShard = Awaited<ReturnType<ShardKind["openShard"]>> & { readonly file: string };

async function openShards(
  names: readonly string[],
  entry: ByteSource,
  surroundings: Surroundings,
  { openShard }: ShardKind,
): Promise<OpenedShard[]> {
  const opened: OpenedShard[] = [];
  for (const name of names) {
    opened.push({ file: name, ...(await openShard(await openNamed(entry, name, surroundings))) });
  }
  return opened;
}

function mergeShards(
  entry: ByteSource,
  shards: readonly OpenedShard[],
  belongs: (name: string, file: string) => boolean,
): OpenedFiles {
  const tensors = new Map<string, Tensor>();
  for (const shard of shards) {
    for (const tensor of shard.tensors) {
      if (!belongs(tensor.name, shard.file)) continue;
      const other = tensors.get(tensor.name);
      if (other) {
        throw new CheckpointFormatError(
          `${entry.label}: expected every tensor in one shard, got ${JSON.stringify(tensor.name)} in ${other.file} and in ` +
            `${shard.file}. Remove shards of other models from the folder.`,
        );
      }
      tensors.set(tensor.name, tensor);
    }
  }
  const metadata = Object.fromEntries(shards.flatMap((shard) => Object.entries(shard.metadata)));
  return { tensors: [...tensors.values()], metadata, files: shards.map((shard) => shard.file) };
}

/**
 * The shard of each tensor: names only of files in the same folder, whatever the index says. What the
 * index has besides (its metadata) is passed over unparsed.
 */
async function readWeightMap(entry: ByteSource, kind: ShardKind, names: Names): Promise<Map<string, string>> {
  if (entry.size > INDEX_BYTES) throw wrong(entry, `at most ${INDEX_BYTES} bytes`, `${entry.size}`);
  const json = new JsonCursor(await entry.read(0, entry.size), (expected, got, cause) =>
    wrong(entry, expected, got, cause),
  );
  let shardOf: Map<string, string> | null = null;
  json.enter("a JSON object");
  for (let key = json.key(NAME_BYTES); key !== null; key = json.key(NAME_BYTES)) {
    if (key === "weight_map") shardOf = readShardNames(entry, json, kind, names);
    else json.skip();
  }
  json.end();
  if (!shardOf) throw wrong(entry, "a weight_map of tensor names to file names", "none");
  if (shardOf.size === 0) throw wrong(entry, "a weight_map that names tensors", "an empty one");
  return shardOf;
}

function readShardNames(
  entry: ByteSource,
  json: JsonCursor,
  kind: ShardKind,
  names: Names,
): Map<string, string> {
  const shardOf = new Map<string, string>();
  json.enter("a weight_map of tensor names to file names");
  for (let name = json.key(NAME_BYTES); name !== null; name = json.key(NAME_BYTES)) {
    const shard = json.value(NAME_BYTES, 1);
    if (typeof shard !== "string" || !names.plain.test(shard) || shard.startsWith(".")) {
      throw wrong(entry, `shards that are plain names of ${kind.ending} files`, JSON.stringify(shard));
    }
    if (shardOf.size === TENSOR_COUNT) throw wrong(entry, `at most ${TENSOR_COUNT} tensors`, "more");
    shardOf.set(checkedName(name, entry.label), shard);
  }
  return shardOf;
}

function wrong(entry: ByteSource, expected: string, got: string, cause?: unknown): CheckpointFormatError {
  const message =
    `${entry.label}: expected ${expected}, got ${got.slice(0, 300)}. ` +
    "The index is damaged or hostile: download it again.";
  return new CheckpointFormatError(message, cause === undefined ? undefined : { cause });
}
