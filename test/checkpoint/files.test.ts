import { appendFileSync, readdirSync, readFileSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blobSource, fileSource, memorySource } from "../../src/checkpoint/byte-source.ts";
import { pathOfFile } from "../../src/checkpoint/checkpoint.ts";
import { decodeEntries } from "../../src/checkpoint/decode.ts";
import {
  encodeSafetensors,
  openCheckpoint,
  openCheckpointBlob,
  writeSafetensors,
} from "../../src/checkpoint/index.ts";
import { npz } from "../../src/checkpoint/npz.ts";
import { safetensors } from "../../src/checkpoint/safetensors.ts";
import { tfjsLayers } from "../../src/checkpoint/tfjs.ts";
import { CheckpointFormatError, UnreadableInputError, UsageError } from "../../src/errors.ts";
import { openFiles, survive } from "../conformance/format.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";
import { npyFile, npyOf, npzFile, safetensorsOf, shardedFiles, zipOf } from "./written-files.ts";
import { layersModel, tfjsFiles } from "./written-frameworks.ts";

const folderOf = temporaryFolders();

describe("sources of bytes", () => {
  it("give the same ranges from disk, from a Blob and from memory, in arrays of their own", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    const path = join(folderOf({ "a.bin": bytes }), "a.bin");
    const blob = new Blob([bytes]);
    for (const source of [await fileSource(path), blobSource(blob, "a.bin"), memorySource(bytes, "a.bin")]) {
      expect(source).toMatchObject({ name: "a.bin", size: 1000 });
      const part = await source.read(10, 20);
      expect([...part]).toEqual([...bytes.slice(10, 30)]);
      part.fill(0);
      expect((await source.read(10, 1))[0]).toBe(10);
      await expect(source.read(990, 11)).rejects.toThrow(/at least 1001 bytes, got 1000/);
      await source.close();
      await expect(source.read(0, 1)).rejects.toBeInstanceOf(UnreadableInputError);
    }
  });

  it("give a range piece by piece, in a place that is used again", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    const path = join(folderOf({ "a.bin": bytes }), "a.bin");
    const source = await fileSource(path);
    const place = new Uint8Array(64);
    const read = async (offset: number, length: number) => {
      const taken: number[] = [];
      await source.readPieces!(offset, length, place, (piece) => void taken.push(...piece));
      return taken;
    };
    for (const length of [0, 1, 63, 64, 65, 128, 990]) {
      expect(await read(10, length)).toEqual([...bytes.slice(10, 10 + length)]);
    }
    await expect(read(10, 991)).rejects.toThrow(/at least 1001 bytes, got 1000/);
    const refusal = new CheckpointFormatError("not these");
    const refuse = () => {
      throw refusal;
    };
    await expect(source.readPieces!(0, 500, place, refuse)).rejects.toBe(refusal);
    truncateSync(path, 500);
    await expect(read(0, 1000)).rejects.toThrow(/truncated: expected at least 512 bytes, got 500/);
    await expect(read(0, 400)).rejects.toThrow(/changed while it was read/);
    await source.close();
    await expect(read(0, 1)).rejects.toThrow(/is closed/);
  });

  it("notice that a file was cut or replaced after it was opened", async () => {
    const path = join(folderOf({ "model.safetensors": modelBytes() }), "model.safetensors");
    const checkpoint = await openCheckpoint(path);
    utimesSync(path, 1, 1);
    await expect(checkpoint.tensors()[0]!.read()).rejects.toThrow(/changed while it was read/);
    truncateSync(path, 100);
    await expect(checkpoint.tensors()[0]!.read()).rejects.toBeInstanceOf(CheckpointFormatError);
  });
});

describe("files of a checkpoint", () => {
  it("lie beside the one that was opened, or in the folder", async () => {
    const tensors = ["a", "b"].map((name) => ({ name, shape: [3], data: new Float32Array(3) }));
    const folder = folderOf(Object.fromEntries(shardedFiles(tensors)));
    for (const path of [folder, `${folder}/`, join(folder, "model.safetensors.index.json")]) {
      const checkpoint = await openCheckpoint(path);
      const found = checkpoint.files.map((file) => pathOfFile(checkpoint, file));
      expect(found).toEqual([1, 2].map((i) => join(folder, `model-0000${i}-of-00002.safetensors`)));
      await checkpoint.close();
    }
    const inBrowser = { path: "model.json", entry: "model.json" };
    expect(pathOfFile(inBrowser, "group1-shard1of1.bin")).toBe("group1-shard1of1.bin");
    expect(pathOfFile({ path: "my.onnx", entry: "y.onnx" }, "y.onnx")).toBe("my.onnx/y.onnx");
  });

  it("are said of each tensor to be the one where it begins, in shards of TensorFlow.js", async () => {
    const tensors = [
      { name: "a", shape: [1], data: new Float32Array(1) },
      { name: "straddling", shape: [4], data: new Float32Array(4) },
      { name: "c", shape: [3], data: new Float32Array(3) },
      { name: "empty", shape: [0], data: new Float32Array(0) },
    ];
    const { opened } = await openFiles(tfjsLayers, tfjsFiles(tensors, layersModel, "model.json"));
    const [first, second] = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
    expect(opened.tensors.map(({ file }) => file)).toEqual([first, first, second, second]);
  });
});

/** Whether all bits are the same: of millions of entries no list is made. */
function isSame(a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean {
  const bytesOf = (entries: typeof a) => Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength);
  return bytesOf(a).equals(bytesOf(b));
}

describe("tensors of several pieces", () => {
  it.each(["BF16", "F16", "I8", "I16"] as const)(
    "of %s are the same from disk and from memory",
    async (dtype) => {
      const bytes = Uint8Array.from({ length: 5_000_002 }, (_, i) => (i * 2_654_435_761) >>> 24);
      const shape = [dtype === "I8" ? bytes.length : bytes.length / 2];
      const header = { w: { dtype, shape, data_offsets: [0, bytes.length] } };
      const file = safetensorsOf(header, bytes);
      const disk = await openCheckpoint(join(folderOf({ "m.safetensors": file }), "m.safetensors"));
      const memory = await openFiles(safetensors, new Map([["m.safetensors", file]]));
      const [onDisk, inMemory] = [disk.tensors()[0]!, memory.opened.tensors[0]!];
      const all = await inMemory.read();
      expect(isSame(all, decodeEntries(bytes, dtype))).toBe(true);
      const into = new Float32Array(shape[0]! - 3);
      for (const tensor of [onDisk, inMemory]) {
        await tensor.readInto!(into.fill(0), 3);
        expect(isSame(into, all.subarray(3))).toBe(true);
        expect(isSame(await tensor.read(5), all.subarray(5))).toBe(true);
      }
      await disk.close();
    },
  );
});

describe("files that a browser's user chose", () => {
  const named = (bytes: Uint8Array, name: string) => new File([new Uint8Array(bytes)], name);

  it("are opened alone or with their shards", async () => {
    const single = await openCheckpointBlob(named(modelBytes(4), "m.safetensors"));
    expect(single).toMatchObject({ id: "m.safetensors", format: "safetensors", leftOut: [] });
    expect([...(await single.tensors()[0]!.read(0, 2))]).toEqual([4, 4]);
    const tensors = [1, 2, 3].map((n) => ({ name: `w${n}`, shape: [1], data: Float32Array.of(n) }));
    const files = [...shardedFiles(tensors)].map(([name, bytes]) => named(bytes, name));
    const sharded = await openCheckpointBlob(files);
    expect(sharded.tensors().map(({ name }) => name)).toEqual(["w1", "w2", "w3"]);
  });

  it("are refused like files on disk", async () => {
    await expect(openCheckpointBlob([])).rejects.toThrow(/at least one file/);
    await expect(openCheckpointBlob(named(new Uint8Array(0), "a.npy"))).rejects.toThrow(/is empty/);
    const two = [named(modelBytes(), "a.safetensors"), named(modelBytes(), "b.safetensors")];
    await expect(openCheckpointBlob(two)).rejects.toThrow(/2 models/);
    await expect(openCheckpointBlob(shardsWithoutFirst())).rejects.toThrow(/00001-of-00002/);
  });

  function shardsWithoutFirst() {
    const tensors = [1, 2].map((n) => ({ name: `w${n}`, shape: [1], data: Float32Array.of(n) }));
    const files = [...shardedFiles(tensors)].map(([name, bytes]) => named(bytes, name));
    return files.filter(({ name }) => !name.includes("00001"));
  }
});

describe("writing safetensors", () => {
  const tensors = [
    { name: "10", shape: [2], data: Float32Array.of(1, 2), dtype: "BF16" as const },
    { name: "2", shape: [1, 1], data: Float64Array.of(Math.PI) },
    { name: "__proto__", shape: [], data: Float32Array.of(7) },
    { name: 'модель "q"', shape: [0, 3], data: new Float32Array(0), dtype: "F16" as const },
  ];

  it("keeps order, names, dtypes, shapes and metadata", async () => {
    const folder = folderOf({});
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, tensors, { format: "pt", __proto__x: "y" });
    expect(new Uint8Array(readFileSync(path))).toEqual(
      encodeSafetensors(tensors, { format: "pt", __proto__x: "y" }),
    );
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.metadata).toEqual({ format: "pt", __proto__x: "y" });
    const read = checkpoint.tensors().map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    expect(read).toEqual([
      { name: "10", dtype: "BF16", shape: [2] },
      { name: "2", dtype: "F64", shape: [1, 1] },
      { name: "__proto__", dtype: "F32", shape: [] },
      { name: 'модель "q"', dtype: "F16", shape: [0, 3] },
    ]);
    expect([...(await checkpoint.tensors()[1]!.read())]).toEqual([Math.PI]);
    expect([...(await checkpoint.tensors()[2]!.read())]).toEqual([7]);
  });

  it("starts the data at a multiple of 8, and gives equal bytes for equal input", () => {
    const bytes = encodeSafetensors(tensors);
    expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    expect(encodeSafetensors(tensors)).toEqual(bytes);
  });

  it("leaves nothing behind when it fails", async () => {
    const folder = folderOf({ "model.safetensors": "old" });
    const bad = [{ name: "a", shape: [3], data: new Float32Array(2) }];
    await expect(writeSafetensors(join(folder, "model.safetensors"), bad)).rejects.toBeInstanceOf(UsageError);
    await expect(writeSafetensors(join(folder, "no/model.safetensors"), [])).rejects.toThrow();
    expect(readFileSync(join(folder, "model.safetensors"), "utf8")).toBe("old");
    expect(() => encodeSafetensors([tensors[0]!, tensors[0]!])).toThrow(UsageError);
    expect(() => encodeSafetensors([{ ...tensors[0]!, name: "__metadata__" }])).toThrow(UsageError);
  });
});

describe("safetensors", () => {
  it("with a dtype that has no plain number is refused as not supported", async () => {
    const header = { a: { dtype: "F8_E8M0", shape: [4], data_offsets: [0, 4] } };
    const path = join(folderOf({ "m.safetensors": safetensorsOf(header, 4) }), "m.safetensors");
    await expect(openCheckpoint(path)).rejects.toThrow(/F8_E8M0 is not supported/);
  });

  it("with names of an object's own machinery is read like any other", async () => {
    const header = `{"__proto__":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"constructor":{"dtype":"U8","shape":[],"data_offsets":[2,3]},"__metadata__":{"__proto__":"x"}}`;
    const path = join(folderOf({ "m.safetensors": safetensorsOf(header, 3) }), "m.safetensors");
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.tensors().map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
    expect(Object.entries(checkpoint.metadata)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf({}).dtype).toBeUndefined();
  });
});

describe("npy", () => {
  const six = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
  const open = async (dictionary: string, data = six, version = 1) => {
    const path = join(folderOf({ "w.npy": npyOf(dictionary, data, version) }), "w.npy");
    return (await openCheckpoint(path)).tensors()[0]!;
  };

  it("of Fortran order is read row by row, whole or in part", async () => {
    const tensor = await open("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }");
    expect([...(await tensor.read())]).toEqual([1, 3, 5, 2, 4, 6]);
    expect([...(await tensor.read(2, 5))]).toEqual([5, 2, 4]);
    const cube = Float32Array.from({ length: 24 }, (_, i) => i);
    const three = await open(
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }",
      new Uint8Array(cube.buffer),
    );
    const expected = Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
      return a + 2 * b + 6 * c;
    });
    expect([...(await three.read())]).toEqual(expected);
    expect([...(await three.read(7, 19))]).toEqual(expected.slice(7, 19));
  });

  it("is read in each way that its header can be written", async () => {
    for (const [dictionary, version] of [
      [`{"shape": (6,), "fortran_order": False, "descr": "<f4"}`, 1],
      ["{'descr': '<f4', 'fortran_order': False, 'shape': (6L,), }", 1],
      ["{'descr':'<f4','fortran_order':False,'shape':(2,3)}", 2],
      ["{'descr': '=f4', 'fortran_order': False, 'shape': (3, 2), }", 3],
    ] as const) {
      expect([...(await (await open(dictionary, six, version)).read())]).toEqual([1, 2, 3, 4, 5, 6]);
    }
    const scalar = await open("{'descr': '<f4', 'fortran_order': False, 'shape': (), }");
    expect(scalar.shape).toEqual([]);
    expect([...(await scalar.read())]).toEqual([1]);
  });

  it("of kinds that are no numbers is refused with the reason", async () => {
    for (const [descr, reason] of [
      ["'|O'", /pickled objects are never loaded/],
      ["'<c8'", /complex/],
      ["'<f16'", /size/],
      ["'|V2'", /records/],
      ["[('a', '<f4')]", /records/],
      ["'<U5'", /text/],
      ["'<M8[ns]'", /dates/],
    ] as const) {
      const opening = open(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`);
      await expect(opening, descr).rejects.toBeInstanceOf(UnreadableInputError);
      await expect(opening, descr).rejects.toThrow(reason);
    }
  });

  it("that is written wrongly is refused", async () => {
    for (const dictionary of [
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': 1}",
      "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + exit()",
      "{'descr': toString, 'fortran_order': False, 'shape': (1,)}",
      "[1]",
      "",
    ]) {
      await expect(open(dictionary), dictionary).rejects.toBeInstanceOf(CheckpointFormatError);
    }
  });

  it("may have bytes after the array, as numpy allows", async () => {
    const path = join(folderOf({ "w.npy": npyFile({ shape: [1], data: Float32Array.of(3) }) }), "w.npy");
    appendFileSync(path, "more");
    expect([...(await (await openCheckpoint(path)).tensors()[0]!.read())]).toEqual([3]);
  });
});

describe("npz", () => {
  const zeros = { name: "w", shape: [1000, 1000], data: new Float32Array(1_000_000) };

  it("with a changed byte is noticed by the check sum of the archive", async () => {
    for (const compress of [false, true]) {
      const data = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));
      const bytes = await npzFile([{ name: "w", shape: [500], data }], compress);
      bytes[bytes.length >> 1]! ^= 0x40;
      expect((await survive(npz, new Map([["m.npz", bytes]])))?.code).toBe("checkpoint-format");
    }
  });

  it("inflates no more than what is asked for", async () => {
    const { opened, count } = await openFiles(npz, new Map([["m.npz", await npzFile([zeros], true)]]));
    const before = count.bytes;
    expect([...(await opened.tensors[0]!.read(0, 10))]).toEqual(new Array(10).fill(0));
    expect(count.bytes - before).toBeLessThan(2000);
    expect((await opened.tensors[0]!.read()).length).toBe(1_000_000);
  });

  it("that declares more than deflate can give is refused before it is inflated", async () => {
    const bytes = await zipOf(new Map([["w.npy", npyFile(zeros)]]), true);
    // The size in the directory entry: 24 bytes after its signature.
    const view = new DataView(bytes.buffer);
    let entry = bytes.length - 4;
    while (view.getUint32(entry, true) !== 0x02014b50) entry--;
    view.setUint32(entry + 24, 0xfffffff0, true);
    expect((await survive(npz, new Map([["m.npz", bytes]])))?.message).toMatch(/at most 1032-fold/);
    // And one that declares less than its stream holds is stopped.
    view.setUint32(entry + 24, 4_000_000, true);
    expect((await survive(npz, new Map([["m.npz", bytes]])))?.code).toBe("checkpoint-format");
  });

  it("without arrays has no tensors", async () => {
    const { opened } = await openFiles(npz, new Map([["m.npz", await zipOf(new Map(), false)]]));
    expect(opened.tensors).toEqual([]);
  });
});
