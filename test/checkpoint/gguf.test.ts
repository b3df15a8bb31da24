import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { BlockTensor } from "../../src/checkpoint/block-tensor.ts";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { gguf } from "../../src/checkpoint/gguf.ts";
import { q8_k } from "../../src/checkpoint/gguf-super-blocks.ts";
import { openCheckpoint } from "../../src/checkpoint/index.ts";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { UnreadableInputError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { openFiles, survive } from "../conformance/format.ts";
import { type GgufInfo, ggufFile, ggufOf, text, u32, u64 } from "./gguf-files.ts";
import { join } from "./written-files.ts";

const folder = fileURLToPath(new URL("../../data/checkpoint-cases/gguf/", import.meta.url));

interface Expected {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256_f32le: string;
  readonly roundingError?: number;
}

/** Written and dequantised by the gguf package 0.19.0: scripts/fixtures/gguf_cases.py. */
const expected = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as {
  readonly "types.gguf": readonly Expected[];
  readonly "big-endian.gguf": readonly Expected[];
  readonly errors: Readonly<Record<string, number>>;
};

const sha256 = (entries: Float32Array | Float64Array) =>
  createHash("sha256")
    .update(new Uint8Array(Float32Array.from(entries).buffer))
    .digest("hex");

const find = (tensors: readonly Tensor[], name: string) => tensors.find((tensor) => tensor.name === name)!;

describe("GGUF", () => {
  for (const file of ["types.gguf", "big-endian.gguf"] as const) {
    it(`reads and decodes every tensor of ${file} as its writer does`, async () => {
      const checkpoint = await openCheckpoint(folder + file);
      const found = await Promise.all(
        checkpoint.tensors().map(async (tensor) => ({
          name: tensor.name,
          dtype: tensor.dtype,
          shape: tensor.shape,
          sha256_f32le: sha256(await tensor.read()),
        })),
      );
      expect(found).toEqual(expected[file].map(({ roundingError: _, ...tensor }) => tensor));
      expect(checkpoint.metadata["general.name"]).toBe("fixture");
      expect(checkpoint.metadata["tokenizer.ggml.tokens"]).toBe("40 texts");
      await checkpoint.close();
    });

    it(`tells the step of what is quantised in ${file}`, async () => {
      const checkpoint = await openCheckpoint(folder + file);
      for (const { name, roundingError } of expected[file]) {
        const tensor = find(checkpoint.tensors(), name);
        if (roundingError === undefined) expect(tensor.roundingError).toBeUndefined();
        // Steps are differences of float32 entries there.
        else expect(Math.abs((await tensor.roundingError!()) / roundingError - 1)).toBeLessThan(1e-5);
      }
      await checkpoint.close();
    });
  }

  it("tells a step that is what quantisation did to weights", async () => {
    const checkpoint = await openCheckpoint(`${folder}types.gguf`);
    for (const [name, error] of Object.entries(expected.errors)) {
      const told = await find(checkpoint.tensors(), name).roundingError!();
      // 3072 uniform errors: their mean square is known to 1.6 %; the largest entry of 32 is exact, or clipped.
      expect(Math.abs(told / error - 1), name).toBeLessThan(0.05);
    }
    await checkpoint.close();
  });

  it("takes the step for the rounding error of the entries in the rank tolerance", async () => {
    const checkpoint = await openCheckpoint(`${folder}types.gguf`);
    const result = await analyze(checkpoint, { include: ["rounded.q4_0"] });
    const layer = result.checkpoints[0]!.layers.find(({ status }) => status === "analysed")!;
    const { roundingError } = expected["types.gguf"].find(({ name }) => name === "rounded.q4_0")!;
    // 3 s_u (sqrt N + sqrt M) of a 32 x 96 matrix.
    const tolerance = 3 * roundingError! * (Math.sqrt(96) + Math.sqrt(32));
    expect(Math.abs(layer.concentration!.rankTolerance! / tolerance - 1)).toBeLessThan(1e-5);
    await checkpoint.close();
  });

  it("reads any range of a quantised tensor, in blocks and across them", async () => {
    const checkpoint = await openCheckpoint(`${folder}types.gguf`);
    const tensor = find(checkpoint.tensors(), "q5_k.weight");
    const all = await tensor.read();
    for (const [start, end] of [
      [0, 0],
      [3, 5],
      [250, 260],
      [256, 512],
      [1, 767],
    ] as const) {
      expect(await tensor.read(start, end)).toEqual(all.slice(start, end));
    }
    await expect(tensor.read(0, 769)).rejects.toBeInstanceOf(RangeError);
    await checkpoint.close();
  });

  it("decodes Q8_K, which its package does not: w = d q", async () => {
    const block = new Uint8Array(292);
    new DataView(block.buffer).setFloat32(0, 0.25, true);
    block.set([1, 127, 128, 255], 4);
    const source = memorySource(block, "m");
    const stored = { name: "w", dtype: "Q8_K", shape: [1, 256], offset: 0, file: "m", layout: q8_k(true) };
    const tensor = new BlockTensor(source, stored);
    expect([...(await tensor.read(0, 5))]).toEqual([0.25, 31.75, -32, -0.25, 0]);
    expect(await tensor.roundingError()).toBeCloseTo(0.25 / Math.sqrt(12), 15);
  });

  it("lists tensors of types that are not decoded, and skips them as layers", async () => {
    const infos = [
      { name: "blk.0.attn_q.weight", extents: [256, 2], type: 23, offset: 0 },
      { name: "blk.0.attn_k.weight", extents: [8, 2], type: 0, offset: 288 },
    ];
    const { opened } = await openFiles(gguf, new Map([["m.gguf", ggufOf(infos, new Uint8Array(352))]]));
    const [unread, read] = opened.tensors as [Tensor, Tensor];
    expect(unread).toMatchObject({ dtype: "IQ4_XS", shape: [2, 256], sizeBytes: 272 });
    await expect(unread.read()).rejects.toBeInstanceOf(UnreadableInputError);
    expect(await read.read()).toEqual(new Float32Array(16));
    expect(layersOf(opened.tensors).map(({ skip }) => skip?.reason ?? null)).toEqual([
      "unsupported-dtype",
      null,
    ]);
  });

  it("reads shards that count themselves as one model, and misses those that are not there", async () => {
    const one = { name: "a", shape: [8], data: Float32Array.from({ length: 8 }, (_, i) => i) };
    const files = new Map([
      ["m-00001-of-00002.gguf", ggufFile([one])],
      ["m-00002-of-00002.gguf", ggufFile([{ ...one, name: "b" }])],
    ]);
    expect(gguf.gather([...files.keys(), "x.gguf"]).map(({ files }) => files.length)).toEqual([2, 1]);
    const { opened } = await openFiles(gguf, files);
    expect(opened.tensors.map(({ name, file }) => [name, file])).toEqual([
      ["a", "m-00001-of-00002.gguf"],
      ["b", "m-00002-of-00002.gguf"],
    ]);
    const some = new Map([...files, ["m-00001-of-00003.gguf", ggufFile([one])]]);
    some.delete("m-00001-of-00002.gguf");
    expect((await survive(gguf, some))?.message).toMatch(/expected shards 1 to 2, and 1 of them \(m-00001/);
    const twice = new Map(files).set("m-00002-of-00002.gguf", ggufFile([one]));
    expect((await survive(gguf, twice))?.message).toMatch(/"a" in two/);
  });

  it("keeps names like __proto__ as names", async () => {
    const pairs = [join(text("__proto__"), u32(4), u32(7))];
    const info: GgufInfo = { name: "__proto__", extents: [8], type: 0, offset: 0 };
    const { opened } = await openFiles(
      gguf,
      new Map([["m.gguf", ggufOf([info], new Uint8Array(32), pairs)]]),
    );
    expect(opened.tensors.map(({ name }) => name)).toEqual(["__proto__"]);
    expect(Object.entries(opened.metadata)).toEqual([["__proto__", "7"]]);
  });

  it("passes over a large vocabulary without reading all of its numbers", async () => {
    const scores = join(text("scores"), u32(9), u32(6), u64(1 << 18), new Uint8Array(1 << 20));
    const info: GgufInfo = { name: "w", extents: [8], type: 0, offset: 0 };
    const { count } = await openFiles(
      gguf,
      new Map([["m.gguf", ggufOf([info], new Uint8Array(32), [scores])]]),
    );
    expect(count.bytes).toBeLessThan(200_000);
  });

  it("refuses versions that it does not know", async () => {
    const bytes = ggufFile([{ name: "w", shape: [8], data: new Float32Array(8) }]);
    bytes[4] = 1;
    expect((await survive(gguf, new Map([["m.gguf", bytes]])))?.message).toMatch(
      /version 2 or 3, got version 1/,
    );
  });
});

const shared = fileURLToPath(new URL("../../../shared/checkpoint-cases/", import.meta.url));

describe.skipIf(!existsSync(shared))("a big-endian reference case", () => {
  it("is read as its writer has it", async () => {
    const { cases } = JSON.parse(readFileSync(`${shared}manifest.json`, "utf8")) as {
      cases: { file: string; tensors: Expected[] }[];
    };
    const [tensor] = cases.find(({ file }) => file === "gguf_bigendian.gguf")!.tensors;
    const checkpoint = await openCheckpoint(`${shared}gguf_bigendian.gguf`);
    expect(sha256(await checkpoint.tensors()[0]!.read())).toBe(tensor!.sha256_f32le);
    await checkpoint.close();
  });
});
