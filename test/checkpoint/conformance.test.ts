import { expect, it } from "vitest";
import { formats } from "../../src/checkpoint/formats.ts";
import { gguf } from "../../src/checkpoint/gguf.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { npy } from "../../src/checkpoint/npy.ts";
import { npz } from "../../src/checkpoint/npz.ts";
import { onnx } from "../../src/checkpoint/onnx.ts";
import { safetensors } from "../../src/checkpoint/safetensors.ts";
import { safetensorsSharded } from "../../src/checkpoint/safetensors-index.ts";
import { describeFormat, type FormatCase } from "../conformance/format.ts";
import { frameworkCases } from "./framework-formats.ts";
import { type GgufInfo, ggufFile, ggufOf, text as ggufText, u32, u64 } from "./gguf-files.ts";
import { external, initializer, num, onnxFile, onnxOf, raw, sub, varint } from "./onnx-files.ts";
import { torchCases } from "./torch-formats.ts";
import { join, npyFile, npyOf, npzFile, safetensorsOf, shardedFiles, zipOf } from "./written-files.ts";

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
    format: gguf,
    write: async (tensors) => new Map([["model.gguf", ggufFile(tensors)]]),
    lies: {
      "a shape beyond all memory": gg({ extents: [2 ** 50, 2 ** 50] }),
      "a shape beyond its data": gg({ extents: [4, 5] }),
      "an extent beyond 2^53": gg({ extents: [2 ** 60] }),
      "more axes than any library makes": gg({ extents: new Array(65).fill(1) }),
      "an offset beyond the file": gg({ offset: 1 << 30 }),
      "an offset that is not aligned": gg({ extents: [4], offset: 4 }),
      "rows that are no whole blocks": gg({ extents: [16], type: 8 }),
      "two tensors with the same bytes": ggAll([{ name: "a" }, { name: "b" }]),
      "two tensors of one name": ggAll([{}, { offset: 32 }]),
      "more tensors than it has": async () =>
        new Map([["m.gguf", ggufOf([], new Uint8Array(64), [], [1 << 19, 0])]]),
      "more tensors than any file has": async () =>
        new Map([["m.gguf", ggufOf([], new Uint8Array(64), [], [2 ** 40, 0])]]),
      "an array longer than the file": ggWith(join(ggufText("k"), u32(9), u32(6), u64(2 ** 40))),
      "an array of texts longer than the file": ggWith(join(ggufText("k"), u32(9), u32(8), u64(2 ** 40))),
      "a text longer than the file": ggWith(join(ggufText("k"), u32(8), u64(2 ** 23))),
      "a text of enormous length": ggWith(join(ggufText("k"), u32(8), u64(2 ** 40))),
      "arrays in arrays without end": ggWith(
        join(ggufText("k"), ...new Array(9).fill(join(u32(9), u32(9), u64(1)).slice(4, 16))),
      ),
      "a value of no type": ggWith(join(ggufText("k"), u32(13), u64(0))),
      "an alignment of 0": ggWith(join(ggufText("general.alignment"), u32(4), u32(0))),
      "an alignment of 24": ggWith(join(ggufText("general.alignment"), u32(4), u32(24))),
    },
  },
  {
    format: onnx,
    write: async (tensors) => new Map([["model.onnx", onnxFile(tensors)]]),
    lies: {
      "a shape beyond all memory": ox(initializer("w", [2 ** 50, 2 ** 50], raw(16))),
      "a shape beyond its data": ox(initializer("w", [4, 5], raw(16))),
      "a negative extent": ox(sub(5, join(varint(8), new Uint8Array(9).fill(255), varint(1)), num(2, 1))),
      "more axes than any library makes": ox(initializer("w", new Array(65).fill(1), raw(4))),
      "a shape without data": ox(initializer("w", [4])),
      "fewer packed numbers than its shape has": ox(sub(5, num(1, 4), num(2, 6), sub(5, "\x01\x02"))),
      "packed numbers of which one does not end": ox(sub(5, num(1, 2), num(2, 6), sub(5, "\x01\xff"))),
      "numbers in very many pieces": ox(sub(5, ...new Array(5000).fill(sub(4, "")))),
      "a data type that there is not": ox(sub(5, num(1, 4), num(2, 99), raw(16))),
      "two tensors of one name": ox(initializer("w", [4], raw(16)), initializer("w", [4], raw(16))),
      "a message longer than the one around it": ox(join(varint(42), varint(1000), new Uint8Array(4))),
      "a tag of no field": ox(Uint8Array.of(0, 0)),
      "a length that is negative": ox(join(varint(42), new Uint8Array(9).fill(255), varint(1))),
      "a number without end": ox(join(varint(8), new Uint8Array(12).fill(255))),
      "a file without a graph": async () => new Map([["m.onnx", num(1, 8)]]),
      "two graphs": async () => new Map([["m.onnx", join(onnxOf(), sub(7))]]),
      "graphs in each other without end": ox(nestedGraphs(40)),
      "a node of very many attributes": ox(sub(1, ...new Array(5000).fill(sub(5)))),
      "data that is said to be out of the folder": ox(
        initializer("w", [4], external({ location: "../other.bin" })),
      ),
      "data at an absolute path": ox(initializer("w", [4], external({ location: "/etc/passwd" }))),
      "data at a path of another system": ox(initializer("w", [4], external({ location: "C:\\w.bin" }))),
      "data in a hidden file": ox(initializer("w", [4], external({ location: ".profile" }))),
      "data at a negative offset": ox(initializer("w", [4], external({ location: "w", offset: "-4" }))),
      "data of another length than its shape says": async () =>
        new Map([
          ["m.onnx", onnxOf(initializer("w", [4], external({ location: "w", length: "12" })))],
          ["w", new Uint8Array(64)],
        ]),
      "data that goes on beyond its file": async () =>
        new Map([
          ["m.onnx", onnxOf(initializer("w", [4], external({ location: "w", offset: "60" })))],
          ["w", new Uint8Array(64)],
        ]),
    },
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
  ...torchCases,
  ...frameworkCases,
];

function gg(lie: Partial<GgufInfo>) {
  return ggAll([lie]);
}

function ggAll(lies: readonly Partial<GgufInfo>[]) {
  const infos = lies.map((lie) => ({ name: "w", extents: [8], type: 0, offset: 0, ...lie }));
  return async () => new Map([["m.gguf", ggufOf(infos, new Uint8Array(64))]]);
}

function ggWith(pair: Uint8Array) {
  const info = { name: "w", extents: [8], type: 0, offset: 0 };
  return async () => new Map([["m.gguf", ggufOf([info], new Uint8Array(64), [pair])]]);
}

function ox(...graph: readonly Uint8Array[]) {
  return async () => new Map([["m.onnx", onnxOf(...graph)]]);
}

function nestedGraphs(depth: number): Uint8Array {
  return depth === 0 ? new Uint8Array(0) : sub(1, sub(4, "If"), sub(5, sub(6, nestedGraphs(depth - 1))));
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
