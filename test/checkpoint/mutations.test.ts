import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formats } from "../../src/checkpoint/formats.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { survive } from "../conformance/format.ts";
import { torchLegacyFile, torchScriptFile, torchShards, torchTarFile, torchZipFile } from "./torch-files.ts";
import { join, npyFile, npzFile, safetensorsOf, shardedFiles } from "./written-files.ts";
import {
  flaxFile,
  flaxShards,
  graphModel,
  hdf5File,
  kerasFile,
  kerasShards,
  layersModel,
  tfjsFiles,
} from "./written-frameworks.ts";

const fixtures = fileURLToPath(new URL("../../data/checkpoint-cases/", import.meta.url));

const tensors = [
  { name: "a.weight", shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i) },
  { name: "a.bias", shape: [3], data: Float32Array.of(1, 2, 3) },
];

/** Files by their format, and what is special about them. */
const formatId = (title: string) => title.split(" ")[0]!;

const originals: Readonly<Record<string, () => Promise<Map<string, Uint8Array>>>> = {
  safetensors: async () => new Map([["m.safetensors", encodeSafetensors(tensors, { format: "pt" })]]),
  "safetensors-sharded": async () => shardedFiles(tensors),
  npy: async () => new Map([["w.npy", npyFile(tensors[0]!)]]),
  "pytorch-zip": async () => new Map([["m.pt", await torchZipFile(tensors)]]),
  "torchscript-zip": async () => new Map([["m.jit", await torchScriptFile(tensors)]]),
  "pytorch-legacy": async () => new Map([["m.pth", torchLegacyFile(tensors)]]),
  "pytorch-tar": async () => new Map([["m.pth.tar", torchTarFile(tensors)]]),
  "pytorch-zip sparse": fixturesOf("corners/sparse.pt"),
  "pytorch-zip module": fixturesOf("corners/own-class.pt"),
  "pytorch-sharded": async () => torchShards(tensors),
  gguf: fixturesOf("gguf/types.gguf"),
  "onnx quantized": fixturesOf("onnx/quantized.onnx"),
  "onnx nested": fixturesOf("onnx/nested.onnx"),
  "onnx types": fixturesOf("onnx/types.onnx"),
  "onnx external": fixturesOf("onnx/external.onnx", "onnx/external.onnx.data"),
  "onnx small": fixturesOf("corners/small.onnx"),
  "keras-h5": async () => new Map([["m.h5", await hdf5File(tensors, { compressed: true })]]),
  "keras-h5 latest": fixturesOf("keras/keras2-latest.h5"),
  "keras-v3": async () => new Map([["m.keras", await kerasFile(tensors)]]),
  "keras-sharded": async () => kerasShards(tensors),
  "tfjs-layers": async () => tfjsFiles(tensors, layersModel, "model.json"),
  "tfjs-graph": async () => tfjsFiles(tensors, graphModel, "model.json"),
  "tfjs-weights": async () => tfjsFiles(tensors, (list) => list, "weights_manifest.json"),
  "flax-msgpack": async () => new Map([["m.msgpack", flaxFile(tensors)]]),
  "flax-sharded": async () => flaxShards(tensors),
  "flax-msgpack state": fixturesOf("keras/train_state.msgpack"),
  npz: async () => new Map([["m.npz", await npzFile(tensors, true)]]),
};

/** Files that real writers made. */
function fixturesOf(...paths: readonly string[]) {
  return async () =>
    new Map(paths.map((path) => [basename(path), new Uint8Array(readFileSync(fixtures + path))]));
}

/** Fewer where a library opens the file anew for every tensor. */
const rounds: Readonly<Record<string, number>> = {
  "keras-h5": 600,
  "keras-h5 latest": 100,
  "keras-v3": 300,
  "keras-sharded": 100,
};

const mutation = fc.record({
  file: fc.nat(),
  at: fc.nat(),
  kind: fc.constantFrom("set", "flip", "insert", "remove", "cut"),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});

function mutate(
  bytes: Uint8Array,
  { at, kind, bytes: other }: { at: number; kind: string; bytes: Uint8Array },
) {
  const position = at % (bytes.length + 1);
  const before = bytes.slice(0, position);
  const after = bytes.slice(position);
  if (kind === "cut") return before;
  if (kind === "remove") return join(before, after.slice(other.length));
  if (kind === "insert") return join(before, other, after);
  const changed =
    kind === "set" ? other : other.slice(0, 1).map((byte) => (after[0] ?? 0) ^ (1 << (byte & 7)));
  return join(before, changed, after.slice(changed.length));
}

describe("any damage to a file is met by an error of this package, or by none", () => {
  it("is tried on every format", () => {
    expect(new Set(Object.keys(originals).map(formatId))).toEqual(new Set(formats.map(({ id }) => id)));
  });

  for (const [title, original] of Object.entries(originals)) {
    it(`for ${title}`, async () => {
      const format = formats.find(({ id }) => id === formatId(title))!;
      const files = await original();
      const names = [...files.keys()];
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
          const damaged = new Map(files);
          for (const step of mutations) {
            const name = names[step.file % names.length]!;
            damaged.set(name, mutate(damaged.get(name)!, step));
          }
          await survive(format, damaged);
        }),
        { seed: 20240229, numRuns: rounds[title] ?? 1500, endOnFailure: true },
      );
    });
  }

  it("for any JSON as a safetensors header", async () => {
    const safetensors = formats.find(({ id }) => id === "safetensors")!;
    const strange = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.string(),
        fc.record(
          {
            dtype: fc.oneof(fc.constantFrom("F32", "BF16", "I64", "F4"), fc.jsonValue()),
            shape: fc.oneof(fc.array(fc.oneof(fc.nat(9), fc.maxSafeInteger())), fc.jsonValue()),
            data_offsets: fc.oneof(fc.array(fc.oneof(fc.nat(64), fc.maxSafeInteger())), fc.jsonValue()),
          },
          { requiredKeys: [] },
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(strange, fc.nat(64), async (header, length) => {
        const bytes = safetensorsOf(header, length);
        const error = await survive(safetensors, new Map([["m.safetensors", bytes]]));
        if (error) expect(error.message.length).toBeLessThan(6000);
      }),
      { seed: 20240301, numRuns: 1500, endOnFailure: true },
    );
  });
});
