import { ExtData } from "@msgpack/msgpack";
import { expect, it } from "vitest";
import { flax } from "../../src/checkpoint/flax.ts";
import { formats } from "../../src/checkpoint/formats.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { kerasH5 } from "../../src/checkpoint/keras-h5.ts";
import { kerasV3 } from "../../src/checkpoint/keras-v3.ts";
import { npy } from "../../src/checkpoint/npy.ts";
import { npz } from "../../src/checkpoint/npz.ts";
import { safetensors } from "../../src/checkpoint/safetensors.ts";
import { safetensorsSharded } from "../../src/checkpoint/safetensors-index.ts";
import { tfjsGraph, tfjsLayers, tfjsWeights } from "../../src/checkpoint/tfjs.ts";
import { describeFormat, type FormatCase } from "../conformance/format.ts";
import { npyFile, npyOf, npzFile, safetensorsOf, shardedFiles, zipOf } from "./written-files.ts";
import {
  flaxArray,
  flaxFile,
  graphModel,
  hdf5File,
  kerasFile,
  layersModel,
  msgpackOf,
  tfjsFiles,
} from "./written-frameworks.ts";

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

const st = (header: unknown, bytes: number) => async () =>
  new Map([["m.safetensors", safetensorsOf(header, bytes)]]);
const np = (shape: string) => async () =>
  new Map([
    ["w.npy", npyOf(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`, new Uint8Array(64))],
  ]);

const CHUNKED = "__msgpack_chunked_array__";

/** Shards of TensorFlow.js. */
const bare = /^group\d+-shard/;

const small = [{ name: "w", shape: [4], data: Float32Array.of(1, 2, 3, 4) }];

const cases: readonly FormatCase[] = [
  {
    format: safetensors,
    write: async (tensors) => new Map([["model.safetensors", encodeSafetensors(tensors)]]),
    lies: {
      "a shape beyond all memory": st({ a: f32([2 ** 50, 2 ** 50], 0, 16) }, 16),
      "a shape whose product is not exact": st({ a: f32([2 ** 53, 0], 0, 0) }, 0),
      "a negative extent": st({ a: f32([-4], 0, 16) }, 16),
      "a fractional extent": st({ a: f32([1.5], 0, 6) }, 6),
      "a shape that is no list": st({ a: f32("4", 0, 16) }, 16),
      "more axes than any library makes": st({ a: f32(new Array(65).fill(1), 0, 4) }, 4),
      "offsets that overlap": st({ a: f32([4], 0, 16), b: f32([4], 8, 24) }, 24),
      "two tensors with the same bytes": st({ a: f32([4], 0, 16), b: f32([4], 0, 16) }, 16),
      "a hole between tensors": st({ a: f32([4], 0, 16), b: f32([4], 20, 36) }, 36),
      "data that starts after a hole": st({ a: f32([4], 4, 20) }, 20),
      "offsets in reverse": st({ a: f32([4], 16, 0) }, 16),
      "offsets that are no numbers": st({ a: f32([4], "0", "16") }, 16),
      "negative offsets": st({ a: f32([4], -16, 0) }, 16),
      "offsets past the end of the file": st({ a: f32([4], 0, 16) }, 8),
      "offsets that do not fit the shape": st({ a: f32([4], 0, 12) }, 12),
      "bytes after the last tensor": st({ a: f32([4], 0, 16) }, 17),
      "metadata that is not text": st({ __metadata__: { a: 1 }, a: f32([4], 0, 16) }, 16),
      "an unknown dtype": st({ a: { dtype: "F7", shape: [4], data_offsets: [0, 16] } }, 16),
      "a dtype that an object inherits": st(
        { a: { dtype: "toString", shape: [4], data_offsets: [0, 16] } },
        16,
      ),
      "a header that is a list": st("[1]   ", 0),
      "a header with text after it": st("{} x", 0),
      "a name of enormous length": st({ ["a".repeat(5000)]: f32([4], 0, 16) }, 16),
    },
  },
  {
    format: safetensorsSharded,
    write: async (tensors) => shardedFiles(tensors),
    lies: {
      "an index that leads out of the folder": async () => index({ w: "../other.safetensors" }),
      "an index with an absolute path": async () => index({ w: "/etc/model.safetensors" }),
      "an index that names a hidden file": async () => index({ w: "..safetensors" }),
      "an index that names another kind of file": async () => index({ w: "passwd" }),
      "an index without a weight_map": async () => new Map([["model.safetensors.index.json", text("{}")]]),
      "an index with an empty weight_map": async () => index({}),
      "an index whose tensor is not in its shard": async () =>
        index({ w: "s.safetensors", v: "s.safetensors" }).set("s.safetensors", encodeSafetensors(small)),
      "a shard that lies": async () =>
        index({ w: "s.safetensors" }).set("s.safetensors", safetensorsOf("[]", 0)),
    },
  },
  {
    format: npz,
    write: async (tensors) => new Map([["model.npz", await npzFile(tensors, false)]]),
    lies: {
      "a member with a shape beyond its data": async () =>
        new Map([["m.npz", await zipOf(new Map([["w.npy", (await np("(99, 99)")()).get("w.npy")!]]), true)]]),
      "a member that is no array": async () =>
        new Map([["m.npz", await zipOf(new Map([["w.npy", text("hello, world, this is text")]]), false)]]),
      "a member of another name": async () =>
        new Map([["m.npz", await zipOf(new Map([["w.txt", npyFile(small[0]!)]]), false)]]),
    },
  },
  {
    format: npz,
    variant: "compressed",
    write: async (tensors) => new Map([["model.npz", await npzFile(tensors, true)]]),
    lies: {},
  },
  {
    format: npy,
    write: async (tensors) => new Map(tensors.map((tensor) => [`${tensor.name}.npy`, npyFile(tensor)])),
    lies: {
      "a shape beyond all memory": np("(4503599627370496, 4503599627370496)"),
      "a shape beyond its data": np("(4, 5)"),
      "a shape that is a number": np("(16)"),
      "a negative extent": np("(-4,)"),
      "a shape that is code": np("(__import__('os').system('true'),)"),
      "more axes than any library makes": np(`(${"1, ".repeat(65)})`),
    },
  },
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

function index(weightMap: Record<string, string>): Map<string, Uint8Array> {
  return new Map([["model.safetensors.index.json", text(JSON.stringify({ weight_map: weightMap }))]]);
}

it("every format of the catalogue has a case", () => {
  expect(new Set(cases.map(({ format }) => format))).toEqual(new Set(formats));
});

for (const formatCase of cases) describeFormat(formatCase);
