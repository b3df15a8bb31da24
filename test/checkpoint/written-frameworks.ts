import { Encoder, ExtData } from "@msgpack/msgpack";
import type { PlainTensor } from "../conformance/format.ts";
import { zipOf } from "./written-files.ts";

/** Files of Keras, TensorFlow.js and Flax, by writers that this package does not use to read them, or by hand. */

let written = 0;

interface Hdf5Options {
  /** Chunks, shuffled and compressed, of every dataset with more than one axis. */
  readonly compressed?: boolean;
  /** The shape that the first dataset claims to have; it is chunked then. */
  readonly claimed?: readonly number[];
}

/** An HDF5 file with a dataset a tensor, by its name. */
export async function hdf5File(
  tensors: readonly PlainTensor[],
  options: Hdf5Options = {},
): Promise<Uint8Array> {
  const h5 = await import("h5wasm");
  const { FS } = await h5.ready;
  const path = `/written-${written++}.h5`;
  const file = new h5.File(path, "w");
  const groups = new Set<string>();
  for (const { name, shape, data } of tensors) {
    for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
      const group = name.slice(0, at);
      if (!groups.has(group)) file.create_group(group);
      groups.add(group);
    }
    const isChunked = shape.length > 1 && options.compressed === true;
    file.create_dataset({
      name,
      data,
      shape: [...shape],
      dtype: "<f4",
      ...(isChunked && { chunks: shape.map((extent) => Math.ceil(extent / 2)), compression: 4 }),
      ...(options.claimed && { chunks: [...shape], maxshape: shape.map(() => null) }),
    });
  }
  if (options.claimed)
    (file.get(tensors[0]!.name) as InstanceType<typeof h5.Dataset>).resize([...options.claimed]);
  file.close();
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}

/** A file of Keras 3: a description and HDF5 in a zip. */
export async function kerasFile(tensors: readonly PlainTensor[], compress = false): Promise<Uint8Array> {
  return zipOf(
    new Map([
      ["metadata.json", new TextEncoder().encode('{"keras_version": "3.4.1"}')],
      ["config.json", new TextEncoder().encode("{}")],
      ["model.weights.h5", await hdf5File(tensors)],
    ]),
    compress,
  );
}

/** A weights manifest of TensorFlow.js and two shards, cut where no weight begins. */
export function tfjsFiles(
  tensors: readonly PlainTensor[],
  wrap: (manifest: unknown) => unknown,
  entry: string,
): Map<string, Uint8Array> {
  const data = new Uint8Array(
    Buffer.concat(tensors.map((tensor) => Buffer.from(tensor.data.slice().buffer))),
  );
  const cut = Math.ceil(data.length / 2) + 1;
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  const weights = tensors.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  return new Map([
    [entry, new TextEncoder().encode(JSON.stringify(wrap([{ weights, paths }])))],
    [paths[0]!, data.slice(0, cut)],
    [paths[1]!, data.slice(cut)],
  ]);
}

export const layersModel = (weightsManifest: unknown) => ({
  format: "layers-model",
  modelTopology: { model_config: { class_name: "Sequential", config: { layers: [{ name: "node" }] } } },
  weightsManifest,
});

export const graphModel = (weightsManifest: unknown) => ({
  format: "graph-model",
  modelTopology: {
    node: [{ name: "a", op: "Const", attr: { value: { tensor: { tensorShape: { dim: [] } } } } }],
  },
  weightsManifest,
});

const encoder = new Encoder({ ignoreUndefined: true });

/** An array as Flax packs it: shape, dtype and bytes, as an extension. */
export function flaxArray(shape: readonly number[], dtype: string, bytes: Uint8Array, type = 1): ExtData {
  return new ExtData(type, encoder.encode([shape, dtype, bytes]));
}

export function msgpackOf(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** A file of Flax: the parts of names are maps in maps; "/" joins them. */
export function flaxFile(tensors: readonly PlainTensor[]): Uint8Array {
  const root: Record<string, unknown> = {};
  for (const { name, shape, data } of tensors) {
    const parts = name.split("/");
    let map = root;
    for (const part of parts.slice(0, -1)) {
      map[part] ??= {};
      map = map[part] as Record<string, unknown>;
    }
    map[parts.at(-1)!] = flaxArray(shape, "float32", new Uint8Array(data.slice().buffer));
  }
  return msgpackOf(root);
}

/** The same in two files and an index of names. */
export function flaxShards(tensors: readonly PlainTensor[]): Map<string, Uint8Array> {
  const middle = Math.ceil(tensors.length / 2);
  const [first, second] = ["flax_model-00001-of-00002.msgpack", "flax_model-00002-of-00002.msgpack"] as const;
  const weightMap = Object.fromEntries(tensors.map(({ name }, i) => [name, i < middle ? first : second]));
  const index = new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: weightMap }));
  return new Map([
    ["flax_model.msgpack.index.json", index],
    [first, flaxFile(tensors.slice(0, middle))],
    [second, flaxFile(tensors.slice(middle))],
  ]);
}

/** Weights of Keras 3 in two files, and an index of layers. */
export async function kerasShards(tensors: readonly PlainTensor[]): Promise<Map<string, Uint8Array>> {
  const middle = Math.ceil(tensors.length / 2);
  const [first, second] = ["model_00000.weights.h5", "model_00001.weights.h5"] as const;
  const weightMap = { "/layers/a/vars": [first], "/layers/b/vars": [second, first] };
  const index = new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: weightMap }));
  return new Map([
    ["model.weights.json", index],
    [first, await hdf5File(tensors.slice(0, middle))],
    [second, await hdf5File(tensors.slice(middle))],
  ]);
}
