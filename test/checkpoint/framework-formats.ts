import { ExtData } from "@msgpack/msgpack";
import { flax } from "../../src/checkpoint/flax.ts";
import { flaxSharded } from "../../src/checkpoint/flax-index.ts";
import { kerasH5 } from "../../src/checkpoint/keras-h5.ts";
import { kerasSharded } from "../../src/checkpoint/keras-index.ts";
import { kerasV3 } from "../../src/checkpoint/keras-v3.ts";
import { tfjsGraph, tfjsLayers, tfjsWeights } from "../../src/checkpoint/tfjs.ts";
import type { FormatCase } from "../conformance/format.ts";
import { zipOf } from "./written-files.ts";
import {
  flaxArray,
  flaxFile,
  flaxShards,
  graphModel,
  hdf5File,
  kerasFile,
  kerasShards,
  layersModel,
  msgpackOf,
  tfjsFiles,
} from "./written-frameworks.ts";

const CHUNKED = "__msgpack_chunked_array__";

/** Shards of TensorFlow.js. */
const bare = /^group\d+-shard/;

const small = [{ name: "w", shape: [4], data: Float32Array.of(1, 2, 3, 4) }];

/** Keras, Flax and TensorFlow.js for the battery of the formats. */
export const frameworkCases: readonly FormatCase[] = [
  {
    format: kerasH5,
    write: async (tensors) => new Map([["model.h5", await hdf5File(tensors)]]),
    lies: {
      "a dataset beyond what its file can hold": async () =>
        new Map([["m.h5", await hdf5File(small, { claimed: [2 ** 40] })]]),
      "a dataset beyond all memory": async () =>
        new Map([["m.h5", await hdf5File(small, { claimed: [2 ** 52] })]]),
    },
  },
  {
    format: kerasH5,
    variant: "compressed in chunks",
    write: async (tensors) => new Map([["model.h5", await hdf5File(tensors, { compressed: true })]]),
    lies: {},
  },
  {
    format: kerasV3,
    write: async (tensors) => new Map([["model.keras", await kerasFile(tensors)]]),
    lies: {
      "an archive without weights": async () =>
        new Map([["m.keras", await zipOf(new Map([["metadata.json", text("{}")]]), false)]]),
      "weights that are no HDF5": async () =>
        new Map([["m.keras", await zipOf(new Map([["model.weights.h5", text("hello, world")]]), false)]]),
    },
  },
  {
    format: flax,
    write: async (tensors) => new Map([["flax_model.msgpack", flaxFile(tensors)]]),
    lies: {
      "a shape beyond all memory": flaxLie(() =>
        flaxArray([2 ** 50, 2 ** 50], "float32", new Uint8Array(16)),
      ),
      "a shape beyond its bytes": flaxLie(() => flaxArray([5], "float32", new Uint8Array(16))),
      "a negative extent": flaxLie(() => flaxArray([-4], "float32", new Uint8Array(16))),
      "a fractional extent": flaxLie(() => flaxArray([0.5], "float32", new Uint8Array(2))),
      "an array that is none": flaxLie(() => new ExtData(1, msgpackOf([[4], "float32"]))),
      "an array without a dtype": flaxLie(() => new ExtData(1, msgpackOf([[4], 7, new Uint8Array(16)]))),
      "an array that goes beyond its extension": async () => {
        const bytes = flaxFile(small);
        // The extension's length of one byte follows its first, 0xc7.
        bytes[bytes.indexOf(0xc7) + 1]! -= 4;
        return new Map([["m.msgpack", bytes]]);
      },
      "a piece too few": flaxLie(() => ({ [CHUNKED]: true, shape: { 0: 4, 1: 4 }, chunks: pieces(3) })),
      "pieces in another order": flaxLie(() => ({
        [CHUNKED]: true,
        shape: { 0: 4, 1: 4 },
        chunks: { 1: pieces(1)[0], 0: pieces(1)[0] },
      })),
      "a map of billions of names": async () =>
        new Map([["m.msgpack", Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 0xc0)]]),
      "maps in maps without end": async () => {
        const bytes = new Uint8Array(3000);
        for (let i = 0; i < bytes.length; i += 3) bytes.set([0x81, 0xa1, 0x61], i);
        return new Map([["m.msgpack", Uint8Array.of(...bytes, 0xc0)]]);
      },
      "bytes after the map": async () => new Map([["m.msgpack", Uint8Array.of(...flaxFile(small), 0xc0)]]),
    },
  },
  {
    format: kerasSharded,
    write: kerasShards,
    lies: {
      "an index that leads out of the folder": kerasIndex('{"weight_map": {"a": ["../m.weights.h5"]}}'),
      "an index that names no file": kerasIndex('{"weight_map": {"a": [7]}}'),
      "an index without shards": kerasIndex('{"weight_map": {}}'),
      "a tensor in two shards": async () => {
        const files = await kerasShards(small);
        return files.set("model_00001.weights.h5", files.get("model_00000.weights.h5")!);
      },
    },
  },
  {
    format: flaxSharded,
    write: async (tensors) => flaxShards(tensors),
    lies: {
      "an index that leads out of the folder": async () =>
        new Map([["m.msgpack.index.json", text('{"weight_map": {"w": "../m.msgpack"}}')]]),
    },
  },
  {
    format: tfjsLayers,
    bare,
    write: async (tensors) => tfjsFiles(tensors, layersModel, "model.json"),
    lies: {
      "a path that leads out of the folder": weights([], ["../other.bin"]),
      "an absolute path": weights([], ["/etc/passwd"]),
      "a hidden file": weights([], [".secret"]),
      "a path that is none": weights([], [7]),
      "paths that are no list": async () => manifest([{ paths: "s.bin", weights: [] }]),
      "weights that are no list": async () => manifest([{ paths: ["s.bin"], weights: {} }]),
      "a manifest that is no list": async () => manifest({}),
      "a model without weights": async () => new Map([["model.json", text('{"format":"layers-model"}')]]),
      "a shape beyond all memory": weights([f32w([2 ** 50, 2 ** 50])]),
      "a shape beyond its files": weights([f32w([5])]),
      "a negative extent": weights([f32w([-4])]),
      "a weight twice": weights([f32w([2]), f32w([2])]),
      "a dtype that an object inherits": weights([{ name: "w", shape: [4], dtype: "toString" }]),
      "a quantisation to an unknown dtype": weights([
        { name: "w", shape: [4], dtype: "float32", quantization: { dtype: "int4", scale: 1, min: 0 } },
      ]),
      "a quantisation without a step": weights([
        { name: "w", shape: [4], dtype: "float32", quantization: { dtype: "uint8", min: 0 } },
      ]),
      "texts beyond their files": weights([{ name: "w", shape: [2 ** 40], dtype: "string" }]),
    },
  },
  {
    format: tfjsGraph,
    bare,
    write: async (tensors) => tfjsFiles(tensors, graphModel, "model.json"),
    lies: {},
  },
  {
    format: tfjsWeights,
    bare,
    write: async (tensors) => tfjsFiles(tensors, (list) => list, "weights_manifest.json"),
    lies: {},
  },
];

function flaxLie(array: () => unknown) {
  return async () => new Map([["m.msgpack", msgpackOf({ params: { w: array() } })]]);
}

function pieces(count: number): unknown[] {
  return Array.from({ length: count }, () => flaxArray([4], "float32", new Uint8Array(16)));
}

function f32w(shape: readonly number[]) {
  return { name: "w", shape, dtype: "float32" };
}

function manifest(weightsManifest: unknown): Map<string, Uint8Array> {
  return new Map([
    ["model.json", text(JSON.stringify(layersModel(weightsManifest)))],
    ["s.bin", new Uint8Array(16)],
  ]);
}

function weights(list: readonly unknown[], paths: readonly unknown[] = ["s.bin"]) {
  return async () => manifest([{ paths, weights: list }]);
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function kerasIndex(json: string) {
  return async () => new Map([["m.weights.json", text(json)]]);
}
