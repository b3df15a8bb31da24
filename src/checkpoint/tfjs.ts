import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { affineTensor, onePlace } from "./affine-tensor.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import {
  asciiHead,
  type CheckpointFormat,
  type FileGroup,
  type OpenedFiles,
  type Surroundings,
} from "./format.ts";
import { halvedTensor } from "./halved-tensor.ts";
import { type Extent, joinedSource } from "./joined-source.ts";
import { rangedTensor } from "./ranged-tensor.ts";
import { entryCount, type PlainDtype, type Tensor } from "./tensor.ts";
import { withUse } from "./tensor-use.ts";
import { readTfjsManifest, type TfjsWeight } from "./tfjs-manifest.ts";
import { tfjsUses } from "./tfjs-uses.ts";

const plainDtypes = new Map<string, PlainDtype>([
  ["float32", "F32"],
  ["int32", "I32"],
  ["bool", "BOOL"],
]);

const quantizedDtypes = new Map<string, PlainDtype>([
  ["float16", "F16"],
  ["uint8", "U8"],
  ["uint16", "U16"],
]);

/** Bytes of texts that are looked through at once. */
const WINDOW_BYTES = 1 << 16;

const jsonObject = /^\s*\{/;
const isGraph = /"format"\s*:\s*"graph-model"|"node"\s*:\s*\[/;
const member = /"(weightsManifest|modelTopology)"\s*:|"format"\s*:\s*"(graph|layers)-model"/;

/** A layers model: one of Keras, converted or trained in TensorFlow.js. */
export const tfjsLayers = tfjsFormat(
  "tfjs-layers",
  "TensorFlow.js layers model (model.json)",
  ["model.json"],
  (text) => {
    return jsonObject.test(text) && member.test(text) && !isGraph.test(text);
  },
);

/** A graph model: a converted SavedModel, in which batch norms are folded into kernels. */
export const tfjsGraph = tfjsFormat("tfjs-graph", "TensorFlow.js graph model (model.json)", [], (text) => {
  return jsonObject.test(text) && member.test(text) && isGraph.test(text);
});

/** Weights without a model: a list of groups of weights and their files. */
export const tfjsWeights = tfjsFormat(
  "tfjs-weights",
  "TensorFlow.js weights (weights_manifest.json)",
  ["weights_manifest.json"],
  (text) => {
    return /^\s*\[\s*\{\s*"(weights|paths)"\s*:/.test(text);
  },
);

function tfjsFormat(
  id: string,
  title: string,
  extensions: readonly string[],
  sniff: (text: string) => boolean,
): CheckpointFormat {
  return {
    id,
    title,
    extensions,
    sniff: (head) => sniff(asciiHead(head)),
    gather: tfjsGroups,
    open: openTfjs,
  };
}

/**
 * Which JSON files of a folder have weights beside them: `model.json` with `group1-shard1of2.bin` (converted),
 * `weights.bin` (saved by Node) or `model.weights.bin` (by a browser), `face-weights_manifest.json` with
 * `face-shard1` or `face.bin`, `face.json` with `face.bin`.
 */
function tfjsGroups(names: readonly string[]): FileGroup[] {
  const manifests = names.filter((name) => name.endsWith(".json"));
  const shards = names.filter((name) => /^group\d+-shard\d+of\d+(\.bin)?$/.test(name));
  const binaries = names.filter((name) => name.endsWith(".bin"));
  return manifests.flatMap((entry): FileGroup[] => {
    const stem = entry.replace(/[-_]?(weights_manifest|model)?\.json$/, "");
    const own = names.filter((name) => {
      if (!name.startsWith(stem)) return false;
      const rest = name.slice(stem.length);
      return (
        stem !== "" && /^([-_]model)?(\.weights)?\.bin$|^([-_]model)?[-_]shard\d+(of\d+)?(\.bin)?$/.test(rest)
      );
    });
    const isMain = entry === "model.json" || entry === "weights_manifest.json";
    const files = isMain ? [...new Set([...(shards.length > 0 ? shards : binaries), ...own])] : own;
    return files.length === 0 ? [] : [{ entry, files: [entry, ...files], inParts: false, main: isMain }];
  });
}

async function openTfjs(entry: ByteSource, surroundings: Surroundings): Promise<OpenedFiles> {
  const tensors: Tensor[] = [];
  const files = new Set<string>();
  const { groups, topology } = await readTfjsManifest(entry);
  const useOf = tfjsUses(topology);
  for (const { paths, weights } of groups) {
    const extents = [];
    for (const path of paths) {
      const source = await surroundings.open(path);
      if (!source) {
        throw new UnreadableInputError(
          `${entry.label} names the file ${path}, which is not beside it. Download the missing file into the same folder.`,
        );
      }
      files.add(path);
      extents.push({ source, start: 0, end: source.size });
    }
    const label = `${entry.label}: ${paths.length === 1 ? paths[0] : `${paths.length} files`}`;
    const source = joinedSource(extents, entry.name, label);
    let offset = 0;
    for (const weight of weights) {
      if (weight.dtype === "string") {
        offset = await textsEnd(source, offset, entryCount(weight.shape));
        continue;
      }
      const tensor = tensorOfWeight(
        source,
        weight,
        offset,
        fileAt(extents, offset) ?? entry.name,
        entry.label,
      );
      offset += tensor.sizeBytes;
      if (offset > source.size) throw truncated(label, offset, source.size);
      tensors.push(withUse(tensor, useOf(weight.name, weight.shape)));
    }
  }
  return { tensors, metadata: {}, files: [...files] };
}

/** The name of the file in which a place lies, or of the last one. */
function fileAt(extents: readonly Extent[], offset: number): string | undefined {
  let end = 0;
  const found = extents.find(({ source }) => {
    end += source.size;
    return offset < end;
  });
  return (found ?? extents.at(-1))?.source.name;
}

function tensorOfWeight(
  source: ByteSource,
  { name, shape, dtype, quantization }: TfjsWeight,
  offset: number,
  file: string,
  label: string,
): Tensor {
  const where = `${label}: weight ${JSON.stringify(name)}`;
  if (dtype === "complex64") {
    const undecodable = "Entries are complex numbers, whose matrices are not analysed.";
    const read = async () => {
      throw new UnreadableInputError(`${where}: ${undecodable} Leave it out (--exclude with its name).`);
    };
    return {
      name,
      dtype: "C64",
      shape,
      sizeBytes: 8 * entryCount(shape),
      file,
      storage: null,
      undecodable,
      read,
    };
  }
  const plain = plainDtypes.get(dtype);
  const stored = quantization ? quantizedDtypes.get(quantization.dtype) : plain;
  if (!plain || !stored || (quantization && plain === "BOOL")) {
    const got = quantization ? `${dtype} quantised to ${quantization.dtype}` : dtype;
    throw new CheckpointFormatError(
      `${where}: expected a dtype of ${[...plainDtypes.keys()].join(", ")}, string or complex64, ` +
        `quantised to ${[...quantizedDtypes.keys()].join(", ")} or not, got ${got.slice(0, 100)}. Convert the model again.`,
    );
  }
  const codes = rangedTensor(source, { name, dtype: stored, shape, offset, file });
  if (!quantization) return codes;
  if (!quantization.code) return halvedTensor(codes);
  const { scale, min } = quantization.code;
  const steps = { scales: [scale], offset: min };
  return affineTensor(codes, {
    dtype: plain,
    places: onePlace,
    steps: () => steps,
    isWhole: plain !== "F32",
  });
}

/**
 * Where `count` texts end, each its length in four bytes and then itself.
 *
 * @throws {CheckpointFormatError} If the files end before.
 */
async function textsEnd(source: ByteSource, offset: number, count: number): Promise<number> {
  let at = offset;
  let window: DataView<ArrayBufferLike> = new DataView(new ArrayBuffer(0));
  let windowStart = offset;
  for (let i = 0; i < count; i++) {
    if (at + 4 > source.size) throw truncated(source.label, at + 4, source.size);
    if (at + 4 > windowStart + window.byteLength) {
      const bytes = await source.read(at, Math.min(WINDOW_BYTES, source.size - at));
      window = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      windowStart = at;
    }
    at += 4 + window.getUint32(at - windowStart, true);
  }
  if (at > source.size) throw truncated(source.label, at, source.size);
  return at;
}
