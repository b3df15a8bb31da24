import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { torchSharded } from "../../src/checkpoint/torch-index.ts";
import { torchLegacy } from "../../src/checkpoint/torch-legacy.ts";
import { torchTar } from "../../src/checkpoint/torch-tar.ts";
import { torchScript, torchZip } from "../../src/checkpoint/torch-zip.ts";
import type { FormatCase } from "../conformance/format.ts";
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
import { zipOf } from "./written-files.ts";

const text = (content: string) => new TextEncoder().encode(content);
const small = [{ name: "w", shape: [4], data: Float32Array.of(1, 2, 3, 4) }];
const four = storage("0", 4);
const sixteen = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const pt = (value: Picklable) => async () =>
  new Map([["m.pt", await torchZipOf(new Map([["w", value]]), [sixteen])]]);
const legacy = (count: number, of: Spelled) => async () =>
  new Map([["m.pth", torchLegacyOf(new Map([["w", view(of, [4])]]), new Map([["0", [count, sixteen]]]))]]);

function torchIndex(shard: string): Map<string, Uint8Array> {
  return new Map([["pytorch_model.bin.index.json", text(JSON.stringify({ weight_map: { w: shard } }))]]);
}

/** PyTorch's formats, and files of theirs that lie. */
export const torchCases: readonly FormatCase[] = [
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
