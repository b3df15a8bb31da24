import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { type CheckpointFormat, type FileGroup, singleFiles } from "./format.ts";
import { NAME_BYTES, ONNX_METADATA_COUNT, ONNX_TEXT_BYTES, SHARD_COUNT } from "./limits.ts";
import { type Found, walkFunction, walkGraph } from "./onnx/graph.ts";
import { graphTensors } from "./onnx/graph-tensors.ts";
import { type WireField, WireFile } from "./protobuf-wire.ts";

/** Fields of a ModelProto. */
const IR_VERSION = 1;
const PRODUCER_NAME = 2;
const PRODUCER_VERSION = 3;
const GRAPH = 7;
const METADATA = 14;
const FUNCTION = 25;

/** Tags of the fields of a ModelProto that can follow its ir_version. */
const followers: readonly number[] = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42];

/**
 * ONNX models: initialisers and Constant nodes, of the graph, of the graphs within its nodes and of functions, with
 * their data in the file or beside it. Whole numbers that a DequantizeLinear node turns into weights are given as such.
 *
 * @source onnx/onnx.proto, ModelProto.
 */
export const onnx: CheckpointFormat = {
  id: "onnx",
  title: "ONNX",
  extensions: [".onnx"],
  sniff(head) {
    // Protocol buffers have no magic: ir_version is field 1, a small number; a field of the model follows.
    const [tag, version, next] = head;
    return tag === 0x08 && version! >= 1 && version! <= 32 && followers.includes(next ?? 0);
  },
  gather: (names) =>
    singleFiles(names, ".onnx", "model.onnx").map((group): FileGroup => {
      const beside = names.filter(
        (name) => name.startsWith(group.entry) && /^[._]data(_\d+)?$/.test(name.slice(group.entry.length)),
      );
      return { ...group, files: [group.entry, ...beside] };
    }),
  async open(entry, surroundings) {
    const { found, metadata } = await walkModel(entry);
    const opened = new Map<string, Promise<ByteSource | null>>();
    const tensors = await graphTensors(entry, found, (name) => {
      if (opened.size >= SHARD_COUNT) {
        throw new CheckpointFormatError(
          `${entry.label}: expected data in at most ${SHARD_COUNT} files, got more.`,
        );
      }
      const source = opened.get(name) ?? surroundings.open(name);
      opened.set(name, source);
      return source;
    });
    return { tensors, metadata, files: [entry.name, ...opened.keys()] };
  },
};

async function walkModel(entry: ByteSource) {
  const wire = new WireFile(entry, "ONNX");
  const found: Found = { graphs: [], tensors: [], nodeCount: 0 };
  const metadata = new Map<string, string>();
  let hasGraph = false;
  for await (const field of wire.fields(0, entry.size)) {
    const { number, isBytes, value } = field;
    if (number === IR_VERSION && !isBytes) metadata.set("ir_version", String(value));
    if (!isBytes) continue;
    if (number === PRODUCER_NAME) metadata.set("producer_name", await wire.text(field, NAME_BYTES));
    if (number === PRODUCER_VERSION) metadata.set("producer_version", await wire.text(field, NAME_BYTES));
    if (number === METADATA) await addPair(wire, field, metadata);
    if (number === FUNCTION) await walkFunction(wire, field, found);
    if (number !== GRAPH) continue;
    if (hasGraph) throw wire.wrong(field.start, "one graph", "a second one");
    hasGraph = true;
    await walkGraph(wire, field, found);
  }
  if (!hasGraph) throw wire.wrong(entry.size, "a graph", "the end of the file without one");
  return { found, metadata: Object.fromEntries(metadata) };
}

async function addPair(wire: WireFile, message: WireField, metadata: Map<string, string>): Promise<void> {
  let [key, text] = ["", ""];
  for await (const field of wire.fields(message.start, message.end)) {
    if (field.number === 1 && field.isBytes) key = await wire.text(field, NAME_BYTES);
    if (field.number === 2 && field.isBytes) text = await wire.text(field, ONNX_TEXT_BYTES);
  }
  if (metadata.size < ONNX_METADATA_COUNT) metadata.set(key, text);
}
