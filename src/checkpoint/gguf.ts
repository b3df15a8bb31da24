import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { BlockTensor } from "./block-tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead, type CheckpointFormat, type FileGroup, singleFiles } from "./format.ts";
import { ggufAxes } from "./gguf-axes.ts";
import { type GgufEntry, type GgufHeader, ggufMagics, readGgufHeader } from "./gguf-header.ts";
import { SHARD_COUNT } from "./limits.ts";
import { rangedTensor } from "./ranged-tensor.ts";
import type { Tensor } from "./tensor.ts";
import { withUse } from "./tensor-use.ts";
import { undecodableTensor } from "./undecodable-tensor.ts";

const shardName = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i;

/**
 * Models of llama.cpp, one file or shards that count themselves (`model-00001-of-00003.gguf`). Quantised tensors are
 * decoded block by block; those of types with unequal steps are listed and not read.
 *
 * @source ggml, docs/gguf.md.
 */
export const gguf: CheckpointFormat = {
  id: "gguf",
  title: "GGUF",
  extensions: [".gguf"],
  sniff: (head) => ggufMagics.includes(asciiHead(head, 4)),
  gather(names) {
    const single = names.filter((name) => !shardName.test(name));
    const sets = new Map<string, string[]>();
    for (const name of names.filter((shard) => shardName.test(shard))) {
      const [, stem, , total] = shardName.exec(name)!;
      const key = `${stem} ${total}`;
      sets.set(key, [...(sets.get(key) ?? []), name]);
    }
    const groups = [...sets.values()].map((files): FileGroup => {
      return { entry: files[0]!, files, inParts: true, main: false };
    });
    return [...groups, ...singleFiles(single, ".gguf", "model.gguf")];
  },
  async open(entry, { files, open }) {
    const tensors = new Map<string, Tensor>();
    let metadata: Readonly<Record<string, string>> = {};
    if (files.length > 1) requireAllShards(entry, files);
    for (const file of files) {
      const source = file === entry.name ? entry : await open(file);
      if (!source) throw new UnreadableInputError(`${file} is gone: expected it beside ${entry.label}.`);
      const header = await readGgufHeader(source);
      // The first shard has the model's metadata.
      metadata = { ...header.metadata, ...metadata };
      for (const each of header.entries) {
        if (tensors.has(each.name)) {
          throw new CheckpointFormatError(
            `${entry.label}: expected every tensor in one shard, got ${JSON.stringify(each.name)} in two. ` +
              "The files are of different models: download them again.",
          );
        }
        const axes = ggufAxes(each.name, each.shape);
        tensors.set(each.name, withUse(ggufTensor(source, header, each), axes && { axes }));
      }
    }
    return { tensors: [...tensors.values()], metadata, files };
  },
};

function ggufTensor(
  source: ByteSource,
  { isLittle }: GgufHeader,
  { name, type, shape, begin, end }: GgufEntry,
): Tensor {
  const place = { name, shape, offset: begin, file: source.name };
  if (type.plain) return rangedTensor(source, { ...place, dtype: type.plain, bigEndian: !isLittle });
  const layout = isLittle ? type.little : type.big;
  if (layout) return new BlockTensor(source, { ...place, dtype: type.name, layout });
  const order = !isLittle && type.little ? " in a big-endian file" : "";
  const detail = `Entries are ${type.name}${order}, which is not decoded: analyse the checkpoint it was quantised from.`;
  return undecodableTensor(source, { ...place, dtype: type.name, sizeBytes: end - begin, detail });
}

function requireAllShards(entry: ByteSource, files: readonly string[]): void {
  const [, stem, , digits] = shardName.exec(entry.name) ?? [];
  const total = Number(digits);
  if (!(total <= SHARD_COUNT)) {
    throw new CheckpointFormatError(`${entry.label}: expected at most ${SHARD_COUNT} shards, got ${digits}.`);
  }
  const there = new Set(files);
  const missing = Array.from(
    { length: total },
    (_, i) => `${stem}-${String(i + 1).padStart(5, "0")}-of-${digits}.gguf`,
  ).filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new UnreadableInputError(
    `${entry.label}: expected shards 1 to ${total}, and ${missing.length} of them ` +
      `(${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", ..." : ""}) are not there. ` +
      "Download the missing files, or name one shard to read it alone.",
  );
}
