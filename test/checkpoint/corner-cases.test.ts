import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { bytesPerEntry } from "../../src/checkpoint/decode.ts";
import { openCheckpoint, type Tensor } from "../../src/checkpoint/index.ts";
import { onnx } from "../../src/checkpoint/onnx.ts";
import type { PlainDtype } from "../../src/checkpoint/tensor.ts";
import { openTorchZip } from "../../src/checkpoint/torch-zip.ts";
import { CheckpointFormatError, UnreadableInputError } from "../../src/errors.ts";
import { survive } from "../conformance/format.ts";
import { external, initializer, num, onnxOf, raw, sub, tensorProto } from "./onnx-files.ts";
import { temporaryFolders } from "./temporary-folder.ts";
import {
  call,
  global,
  list,
  object,
  type Picklable,
  pickle,
  storage,
  torchZipOf,
  view,
} from "./torch-files.ts";
import { zipOf } from "./written-files.ts";

/** Files of torch 2.15, onnx 1.23 and h5py 3.16 with what these read: scripts/fixtures/corner_cases.py. */
const folder = join("data", "checkpoint-cases", "corners");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<
  string,
  Record<string, { dtype: string; shape: number[]; sha256_f32le: string | null }>
>;
const temporary = temporaryFolders();

async function described(tensor: Tensor) {
  const { name, dtype, shape, undecodable } = tensor;
  if (undecodable !== undefined) return [name, { dtype, shape, sha256_f32le: null }] as const;
  const entries = Float32Array.from(await tensor.read());
  const hash = createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
  return [name, { dtype, shape, sha256_f32le: hash }] as const;
}

async function contents(path: string) {
  const checkpoint = await openCheckpoint(path);
  const all = [];
  for (const tensor of checkpoint.tensors()) all.push(await described(tensor));
  await checkpoint.close();
  return Object.fromEntries(all);
}

describe("what checkpoints rarely hold", () => {
  it.each(Object.keys(expected))("%s is read as its writer reads it", async (file) => {
    expect(await contents(join(folder, file))).toEqual(expected[file]);
  });

  it("any range of a sparse tensor is the same as that of the whole", async () => {
    const checkpoint = await openCheckpoint(join(folder, "sparse.pt"));
    for (const tensor of checkpoint.tensors()) {
      const whole = await tensor.read();
      expect(tensor.sizeBytes).toBe(whole.length * bytesPerEntry[tensor.dtype as PlainDtype]);
      expect(await tensor.read(2, 7)).toEqual(whole.slice(2, 7));
    }
    await checkpoint.close();
  });

  it("an entry of a float of 4 bits is off by its spacing over sqrt 12", async () => {
    const checkpoint = await openCheckpoint(join(folder, "small.onnx"));
    const float4 = checkpoint.tensors().find(({ name }) => name === "float4")!;
    // Spacings below 0.5 to 6: 0.5 four times in [0.5, 2], 1 twice in [3, 4], 2 of 6; both signs, and 6 once more.
    const sum = 2 * (4 * 0.25 + 2 * 1 + 4) + 4;
    expect(await float4.roundingError!()).toBeCloseTo(Math.sqrt(sum / 17 / 12), 12);
    await checkpoint.close();
  });
});

/** A sparse tensor of torch: its parts views of one storage of 16 entries. */
async function sparse(layout: string, ...parts: Picklable[]): Promise<Tensor> {
  const value = call(global("torch._utils", "_rebuild_sparse_tensor"), [
    call(global("torch.serialization", "_get_layout"), [layout]),
    list(parts),
  ]);
  const numbers = Uint8Array.from({ length: 128 }, (_, i) => (i % 8 === 0 ? i / 8 : 0));
  const file = await torchZipOf(new Map([["w", value]]), [numbers]);
  const { tensors } = await openTorchZip(memorySource(file, "m.pt"));
  return tensors[0]!;
}
/** The numbers 0 to 15; from `first` on, `count` of them in a list. */
const whole = storage("0", 16, "LongStorage");

describe("a sparse tensor", () => {
  it("whose places are outside of it is refused", async () => {
    const beside = sparse("torch.sparse_coo", view(whole, [2, 2]), view(whole, [2]), [3, 3], true);
    await expect((await beside).read()).rejects.toThrow(CheckpointFormatError);
    const longer = sparse("torch.sparse_csr", view(whole, [3]), view(whole, [2]), view(whole, [2]), [2, 1]);
    await expect((await longer).read()).rejects.toThrow(/places of its entries within \[2,1\]/);
    const fits = sparse("torch.sparse_csr", view(whole, [3]), view(whole, [2]), view(whole, [2]), [2, 2]);
    expect([...(await (await fits).read())]).toEqual([0, 0, 0, 1]);
  });

  it("whose parts do not fit each other is refused when it is opened", async () => {
    const opening = sparse("torch.sparse_csr", view(whole, [4]), view(whole, [2]), view(whole, [2]), [2, 2]);
    await expect(opening).rejects.toThrow(
      /places and values of a sparse tensor \[2,2\], got \[4\], \[2\], \[2\]/,
    );
  });

  it("that a few entries would fill memory with is listed", async () => {
    const tensor = await sparse("torch.sparse_coo", view(whole, [1, 2]), view(whole, [2]), [2 ** 40], true);
    expect(tensor.undecodable).toMatch(/^A sparse tensor of 8.8 TB with zeros, of which 16 bytes are stored/);
    await expect(tensor.read()).rejects.toThrow(UnreadableInputError);
  });

  it("of ONNX has a place for each of its entries", async () => {
    const values = tensorProto("w", [2], raw(8));
    const places = sub(2, num(1, 3), num(2, 7), raw(24));
    const bytes = onnxOf(sub(15, sub(1, values), places, num(3, 4)));
    const error = await survive(onnx, new Map([["m.onnx", bytes]]));
    expect(error).toBeInstanceOf(CheckpointFormatError);
    expect(error!.message).toMatch(/places for its 2 entries that are not zero, got I64 \[3\]/);
  });
});

describe("a pickle of torch", () => {
  const open = async (value: Picklable) => {
    const file = await torchZipOf(value, [new Uint8Array(64)]);
    return (await openTorchZip(memorySource(file, "m.pt"))).tensors.map(({ name }) => name);
  };
  const attributes = new Map<Picklable, Picklable>([["weight", view(storage("0", 16), [4])]]);

  it("may have objects of any class, which is never called", async () => {
    expect(await open(object(global("models.yolo", "Model"), attributes))).toEqual(["weight"]);
    await expect(open(call(global("models.yolo", "Model"), []))).rejects.toThrow(/names "models.yolo.Model"/);
    for (const [module, name] of [
      ["subprocess", "Popen"],
      ["multiprocessing.util", "Finalize"],
      ["models.yolo", "run"],
      ["models.yolo", "os.system"],
      ["models yolo", "Model"],
    ] as const) {
      await expect(open(object(global(module, name), attributes))).rejects.toThrow(UnreadableInputError);
    }
  });

  it("of a newer protocol is refused", async () => {
    const bytes = await zipOf(new Map([["m/data.pkl", Uint8Array.of(0x80, 9, 0x4e, 0x2e)]]), false);
    await expect(openTorchZip(memorySource(bytes, "m.pt"))).rejects.toThrow(/protocol 9: expected at most 5/);
  });

  it("may have tensors of no one shape, or of bits, beside weights", async () => {
    const rows = view(storage("0", 16), [6]);
    const bits = call(global("torch._utils", "_rebuild_tensor_v3"), [
      ...[
        storage("0", 64, "UntypedStorage"),
        0,
        [3],
        [1],
        false,
        new Map(),
        global("torch", "float4_e2m1fn_x2"),
      ],
    ]);
    const value = new Map<Picklable, Picklable>([
      ["nested", call(global("torch._utils", "_rebuild_nested_tensor"), [rows, rows, rows, rows])],
      ["bits", bits],
      ...attributes,
    ]);
    const file = await torchZipOf(value, [new Uint8Array(64)]);
    const { tensors } = await openTorchZip(memorySource(file, "m.pt"));
    expect(tensors.map(({ name, dtype, undecodable }) => [name, dtype, undecodable === undefined])).toEqual([
      ["nested", "F32", false],
      ["bits", "F4X2", false],
      ["weight", "F32", true],
    ]);
  });

  it("of constants is that of a frozen module", async () => {
    const members = new Map([
      ["net/data.pkl", pickle(object(global("__torch__", "Net"), new Map([["training", false]])))],
      ["net/constants.pkl", pickle(list([view(storage("0", 4), [2, 2]), 3, view(storage("1", 2), [2])]))],
      ["net/constants/0", new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)],
      ["net/constants/1", new Uint8Array(8)],
    ]);
    const { tensors } = await openTorchZip(memorySource(await zipOf(members, false), "m.pt"));
    expect(tensors.map(({ name }) => name)).toEqual(["CONSTANTS.c0", "CONSTANTS.c2"]);
    expect([...(await tensors[0]!.read())]).toEqual([1, 2, 3, 4]);
  });

  it("may not reach through what a framework's modules import, nor call their functions", async () => {
    const reached = global("torch.nn", "modules.module.torch.hub.load");
    await expect(open(list([reached]))).rejects.toThrow(/modules\.module\.torch\.hub\.load/);
    await expect(open(call(global("torch.nn.functional", "relu"), [1]))).rejects.toThrow(
      UnreadableInputError,
    );
    expect(
      await open(
        new Map<Picklable, Picklable>([["f", global("torch.nn.functional", "relu")], ...attributes]),
      ),
    ).toEqual(["weight"]);
  });
});

describe("data of ONNX in a file", () => {
  it("is in the model's folder or below it", async () => {
    for (const location of [
      "../w.bin",
      "a/../../w.bin",
      "/etc/passwd",
      "a//w.bin",
      "a\\..\\w.bin",
      "c:w.bin",
      ".",
      "",
    ]) {
      const bytes = onnxOf(initializer("w", [2], external({ location })));
      const error = await survive(onnx, new Map([["m.onnx", bytes]]));
      expect(error).toBeInstanceOf(CheckpointFormatError);
      expect(error!.message).toContain("in the folder of the model");
    }
  });
});

describe("a folder of TensorFlow.js", () => {
  const weights = Float32Array.of(1, 2, 3, 4);
  const manifest = (path: string) =>
    JSON.stringify({
      format: "layers-model",
      weightsManifest: [{ paths: [path], weights: [{ name: "w", shape: [4], dtype: "float32" }] }],
    });

  // What tfjs-node and a browser's download write, and a model with a name of its own.
  it.each([
    ["model.json", "weights.bin"],
    ["model.json", "model.weights.bin"],
    ["my-model.json", "my-model.weights.bin"],
    ["model.json", "shard.bin"],
  ])("with %s and %s is one model", async (entry, binary) => {
    const path = temporary({ [entry]: manifest(binary), [binary]: new Uint8Array(weights.buffer) });
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint).toMatchObject({ format: "tfjs-layers", leftOut: [] });
    expect(await checkpoint.tensors()[0]!.read()).toEqual(weights);
    await checkpoint.close();
  });
});
