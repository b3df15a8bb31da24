import { expect, it } from "vitest";
import { formats } from "../../src/checkpoint/formats.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { npy } from "../../src/checkpoint/npy.ts";
import { npz } from "../../src/checkpoint/npz.ts";
import { safetensors } from "../../src/checkpoint/safetensors.ts";
import { safetensorsSharded } from "../../src/checkpoint/safetensors-index.ts";
import { torchSharded } from "../../src/checkpoint/torch-index.ts";
import { torchLegacy } from "../../src/checkpoint/torch-legacy.ts";
import { torchTar } from "../../src/checkpoint/torch-tar.ts";
import { torchScript, torchZip } from "../../src/checkpoint/torch-zip.ts";
import { describeFormat, type FormatCase } from "../conformance/format.ts";
import {
  type Picklable,
  persistent,
  Spelled,
  spelled,
  storage,
  torchLegacyFile,
  torchLegacyOf,
  torchScriptFile,
  torchShards,
  torchTarFile,
  torchZipFile,
  torchZipOf,
  view,
} from "./torch-files.ts";
import { npyFile, npyOf, npzFile, safetensorsOf, shardedFiles, zipOf } from "./written-files.ts";

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

const small = [{ name: "w", shape: [4], data: Float32Array.of(1, 2, 3, 4) }];

const four = storage("0", 4);
const sixteen = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const pt = (value: Picklable) => async () =>
  new Map([["m.pt", await torchZipOf(new Map([["w", value]]), [sixteen])]]);
const legacy = (count: number, of: Spelled) => async () =>
  new Map([["m.pth", torchLegacyOf(new Map([["w", view(of, [4])]]), new Map([["0", [count, sixteen]]]))]]);

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
    format: torchZip,
    write: async (tensors) => new Map([["pytorch_model.bin", await torchZipFile(tensors)]]),
    lies: {
      "a tensor beyond its storage": pt(view(four, [5])),
      "a tensor that starts at its storage's end": pt(view(four, [1], [1], 4)),
      "a tensor that strides past its storage": pt(view(four, [2, 2], [3, 1])),
      "a storage that is longer than its member": pt(view(storage("0", 5), [4])),
      "a storage that is not there": pt(view(storage("1", 4), [4])),
      "a storage whose key leads elsewhere": pt(view(storage("../version", 1), [0])),
      "a shape beyond all memory": pt(view(four, [2 ** 50, 2 ** 50], [0, 0])),
      "a negative extent": pt(view(four, [-4])),
      "a negative stride": pt(view(four, [2], [-1], 1)),
      "a fractional extent": pt(view(four, [1.5], [1])),
      "more strides than axes": pt(view(four, [4], [1, 1])),
      "more axes than any library makes": pt(view(four, new Array(65).fill(1), new Array(65).fill(1))),
      "a negative offset": pt(view(four, [1], [1], -1)),
      "an offset that is text": pt(view(four, [1], [1], "0")),
      "a storage that is none": pt(view("0", [1])),
      "a reference to something else": pt(view(persistent(["file", "/etc/passwd"]), [1])),
      "a pickle that takes from an empty stack": pt(new Spelled("R")),
      "a pickle that takes below a mark": pt(new Spelled("N(R")),
      "a pickle that recalls what it never had": pt(new Spelled("hA")),
      "a pickle that calls a text": pt(new Spelled(spelled("a"), ")R")),
      "a pickle that appends to a text": pt(new Spelled(spelled("a"), "Na")),
      "a pickle with an odd number of keys and values": pt(new Spelled("}(Nu")),
      "a pickle with an unknown opcode": pt(new Spelled("N\xff")),
      "a pickle without an end": pt(new Spelled("X\xff\xff\xff\xff")),
      "a text longer than any file": pt(new Spelled(`\x8d${"\xff".repeat(8)}`)),
      "a number of more digits than any": pt(new Spelled("\x8b\x00\x00\x00\x7f")),
      "a name of enormous length": pt(new Map([["a".repeat(5000), view(four, [4])]])),
      "lists in each other without end": pt(new Spelled("]".repeat(300), "a".repeat(299))),
      "an archive without a pickle": async () =>
        new Map([["m.pt", await zipOf(new Map([["archive/version", text("3")]]), false)]]),
    },
  },
  {
    format: torchZip,
    variant: "deflated",
    write: async (tensors) => new Map([["model.pt", await torchZipFile(tensors, true)]]),
    lies: {},
  },
  {
    format: torchScript,
    write: async (tensors) => new Map([["model.jit", await torchScriptFile(tensors)]]),
    lies: {},
  },
  {
    format: torchLegacy,
    write: async (tensors) => new Map([["model.pth", torchLegacyFile(tensors)]]),
    lies: {
      "a storage of more entries than bytes": legacy(5, four),
      "a storage of fewer entries than its tensor has": legacy(3, four),
      "a part beyond its storage": legacy(4, storage("0", 4, "FloatStorage", ["1", 2, 3])),
      "a part that is none": legacy(4, storage("0", 4, "FloatStorage", ["1", -2, 3])),
      "a storage of 2^63 entries": legacy(2 ** 62, four),
      "storages that no tensor has": legacy(4, storage("7", 4)),
      "a dtype that is none": legacy(4, storage("0", 4, "float32")),
    },
  },
  {
    format: torchTar,
    write: async (tensors) => new Map([["model.pth.tar", torchTarFile(tensors)]]),
    lies: {},
  },
  {
    format: torchSharded,
    write: torchShards,
    lies: {
      "an index that leads out of the folder": async () => torchIndex("../other.bin"),
      "an index that names another kind of file": async () => torchIndex("model.safetensors"),
      "a shard that is no file of PyTorch": async () =>
        torchIndex("s.bin").set("s.bin", encodeSafetensors(small)),
    },
  },
];

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function index(weightMap: Record<string, string>): Map<string, Uint8Array> {
  return new Map([["model.safetensors.index.json", text(JSON.stringify({ weight_map: weightMap }))]]);
}

function torchIndex(shard: string): Map<string, Uint8Array> {
  return new Map([["pytorch_model.bin.index.json", text(JSON.stringify({ weight_map: { w: shard } }))]]);
}

it("every format of the catalogue has a case", () => {
  expect(new Set(cases.map(({ format }) => format))).toEqual(new Set(formats));
});

for (const formatCase of cases) describeFormat(formatCase);
