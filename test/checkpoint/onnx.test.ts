import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import { onnx } from "../../src/checkpoint/onnx.ts";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { UnreadableInputError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { openFiles, survive } from "../conformance/format.ts";
import { external, initializer, num, onnxOf, onnxWithData, raw, sub, tensorProto } from "./onnx-files.ts";
import { join } from "./written-files.ts";

const folder = fileURLToPath(new URL("../../data/checkpoint-cases/onnx/", import.meta.url));

interface Expected {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256_f32le: string;
  readonly roundingError?: number;
}

/** Written, and where quantised evaluated, by the onnx package 1.23.2: scripts/fixtures/onnx_cases.py. */
const expected = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as Readonly<
  Record<string, readonly Expected[]>
>;

/** Of -0 as of 0. */
async function described(tensor: Tensor) {
  const entries = Float32Array.from(await tensor.read(), (entry) => entry + 0);
  const sha256_f32le = createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
  return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, sha256_f32le };
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const one = (bytes: Uint8Array) => new Map([["m.onnx", bytes]]);
const names = async (...graph: readonly Uint8Array[]) =>
  (await openFiles(onnx, one(onnxOf(...graph)))).opened.tensors.map(({ name }) => name);

describe("ONNX", () => {
  for (const file of ["types.onnx", "nested.onnx", "external.onnx", "quantized.onnx"]) {
    it(`reads every tensor of ${file} as its writer has it`, async () => {
      const checkpoint = await openCheckpoint(folder + file);
      const known = new Set(expected[file]!.map(({ name }) => name));
      const isAside = ({ name }: Tensor) => file === "quantized.onnx" && /\.(scale|zero)$/.test(name);
      const tensors = checkpoint
        .tensors()
        .filter((tensor) => tensor.undecodable === undefined && !isAside(tensor));
      expect(new Set(tensors.map(({ name }) => name))).toEqual(known);
      const found = await Promise.all(tensors.map(described));
      const wanted = expected[file]!.map(({ roundingError: _, ...tensor }) => tensor);
      expect(found.sort(byName)).toEqual(wanted.sort(byName));
      expect(Object.entries(checkpoint.metadata)).toContainEqual(["__proto__", "kept"]);
      await checkpoint.close();
    });
  }

  it("tells the step of quantised weights, and analyses them", async () => {
    const checkpoint = await openCheckpoint(`${folder}quantized.onnx`);
    for (const { name, roundingError } of expected["quantized.onnx"]!) {
      const tensor = checkpoint.tensors().find((each) => each.name === name)!;
      // The same sum of at most 16 squares.
      expect(Math.abs((await tensor.roundingError!()) / roundingError! - 1)).toBeLessThan(1e-14);
      expect(layersOf([tensor])[0]!.skip).toBeNull();
    }
    await checkpoint.close();
  });

  it("reads any range of what is packed, in numbers or in halves of bytes", async () => {
    const types = await openCheckpoint(`${folder}types.onnx`);
    const quantized = await openCheckpoint(`${folder}quantized.onnx`);
    const packed = types.tensors().filter(({ name }) => /^(typed|[IU]4)/.test(name));
    for (const tensor of [...packed, ...quantized.tensors()]) {
      const all = await tensor.read();
      for (const [start, end] of [
        [0, 0],
        [0, 1],
        [Math.floor(all.length / 2), all.length],
        [Math.floor(all.length / 3), Math.ceil(all.length / 2)],
      ] as const) {
        expect(await tensor.read(start, end)).toEqual(all.slice(start, end));
      }
      await expect(tensor.read(0, all.length + 1)).rejects.toBeInstanceOf(RangeError);
    }
    await types.close();
    await quantized.close();
  });

  it("lists texts, which are no numbers", async () => {
    const checkpoint = await openCheckpoint(`${folder}types.onnx`);
    const text = checkpoint.tensors().find(({ name }) => name === "text")!;
    expect(text.dtype).toBe("STRING");
    await expect(text.read()).rejects.toBeInstanceOf(UnreadableInputError);
    await checkpoint.close();
  });

  it("reads numbers that are not packed, or in several pieces", async () => {
    const float = (value: number) => new Uint8Array(Float32Array.of(value).buffer);
    const single = (value: number) => join(Uint8Array.of(8 * 4 + 5), float(value));
    const graph = [
      initializer("w", [3], single(1), single(2), single(3)),
      initializer("v", [3], sub(4, float(4), float(5)), sub(4, float(6))),
    ];
    const { opened } = await openFiles(onnx, one(onnxOf(...graph)));
    expect(await Promise.all(opened.tensors.map(async (tensor) => [...(await tensor.read())]))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("leaves whole numbers as they are where two nodes disagree about them, or a scale does not fit", async () => {
    const codes = sub(5, num(1, 4), num(2, 3), sub(8, "q"), raw(4));
    const scale = (name: string, shape: number[]) =>
      initializer(name, shape, raw(4 * shape.reduce((a, b) => a * b, 1)));
    const node = (scaleName: string) =>
      sub(1, sub(1, "q"), sub(1, scaleName), sub(2, "y"), sub(4, "DequantizeLinear"));
    for (const graph of [
      [codes, scale("s", []), scale("t", []), node("s"), node("t")],
      [codes, scale("s", [3]), node("s")],
      [codes, node("s")],
    ]) {
      const { opened } = await openFiles(onnx, one(onnxOf(...graph)));
      expect(opened.tensors[0]!.dtype).toBe("I8");
    }
  });

  const constantOf = (name: string, proto: Uint8Array) =>
    sub(1, sub(2, name), sub(4, "Constant"), sub(5, sub(1, "value"), sub(5, proto)));

  it("leaves out numbers in Constant nodes, but not the bias of a layer with one output", async () => {
    const axis = constantOf("axis", join(num(1, 1), num(2, 7), raw(8)));
    const epsilon = constantOf("epsilon", tensorProto("", [], raw(4)));
    const biases = [constantOf("conv.bias", tensorProto("", [1], raw(4)))];
    biases.push(constantOf("conv2d_transpose_1.b_0", tensorProto("", [1, 1, 1, 1], raw(4))));
    const plain = constantOf("o2", tensorProto("", [1], raw(4)));
    expect(await names(axis, epsilon, plain, ...biases)).toEqual(["conv.bias", "conv2d_transpose_1.b_0"]);
  });

  it("numbers equal names of graphs", async () => {
    const constant = (name: string, ...shape: number[]) =>
      constantOf(name, tensorProto("", shape, raw(4 * shape.reduce((a, b) => a * b, 1))));
    const branch = sub(1, sub(4, "If"), sub(5, sub(1, "then"), sub(6, constant("w", 2))));
    expect(await names(initializer("w", [1], raw(4)), branch, branch)).toEqual([
      "w",
      "If_0.then/w",
      "If_1.then/w",
    ]);
    const named = sub(1, sub(3, "n"), sub(4, "If"), sub(5, sub(1, "then"), sub(6, constant("w", 2))));
    expect(await names(named, named)).toEqual(["n.then/w", "n.then/w#2"]);
  });

  it("reads data beside the model, by ranges, and refuses it where it ends early", async () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    const files = onnxWithData([
      { name: "a", shape: [12], data },
      { name: "b", shape: [3, 4], data },
    ]);
    const gathered = onnx.gather([...files.keys(), "m.onnx_data_1", "other.onnx"]);
    expect(gathered.map((group) => group.files)).toEqual([
      ["m.onnx", "m.onnx.data", "m.onnx_data_1"],
      ["other.onnx"],
    ]);
    const { opened } = await openFiles(onnx, files);
    expect(opened.files).toEqual(["m.onnx", "m.onnx.data"]);
    expect(opened.tensors.map(({ file }) => file)).toEqual(["m.onnx.data", "m.onnx.data"]);
    expect([...(await opened.tensors[1]!.read(4, 7))]).toEqual([4, 5, 6]);
    const short = new Map(files).set("m.onnx.data", files.get("m.onnx.data")!.slice(0, 95));
    expect((await survive(onnx, short))?.message).toMatch(/m\.onnx\.data is truncated/);
  });

  it("says which file of data is missing", async () => {
    const bytes = onnxOf(initializer("w", [4], external({ location: "w.bin" })));
    const error = await survive(onnx, one(bytes));
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(error!.message).toMatch(/w\.bin, which is not beside m\.onnx/);
  });

  it("reads a tensor that lies beyond 2 GB by its own bytes", async () => {
    // The file is made of two parts: what is between them is passed over.
    const size = 2 ** 32 + 1000;
    const tail = initializer("w", [2], raw(new Uint8Array(Float32Array.of(1, 2).buffer)));
    const large = tensorProto("large", [2 ** 30]);
    const rawLength = 2 ** 32;
    const head = (graphLength: number, tensorLength: number) =>
      join(num(1, 8), lengthOf(7, graphLength), lengthOf(5, tensorLength), large, lengthOf(9, rawLength));
    const lengthOf = (field: number, length: number) => join(Uint8Array.of(8 * field + 2), varintOf(length));
    const tensorLength = large.length + lengthOf(9, rawLength).length + rawLength;
    const graphLength = lengthOf(5, tensorLength).length + tensorLength + tail.length;
    const start = head(graphLength, tensorLength);
    const total = start.length + rawLength + tail.length;
    expect(total).toBeLessThan(size);
    const read = async (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      if (offset < start.length) bytes.set(start.subarray(offset, offset + length));
      const from = start.length + rawLength;
      if (offset + length > from) {
        const begin = Math.max(offset, from);
        bytes.set(tail.subarray(begin - from, offset + length - from), begin - offset);
      }
      return bytes;
    };
    const source = { name: "m.onnx", label: "m.onnx", size: total, read, close: async () => {} };
    const { tensors } = await onnx.open(source, { files: ["m.onnx"], open: async () => null });
    expect(tensors.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ["large", 2 ** 32],
      ["w", 8],
    ]);
    expect([...(await tensors[1]!.read())]).toEqual([1, 2]);
  });
});

function varintOf(value: number): Uint8Array {
  return num(1, value).slice(1);
}
