import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { datasetCatalogue, resolveDataset } from "../../src/datasets/catalogue.ts";
import { UsageError } from "../../src/errors.ts";
import { type DatasetFixture, describeDataset } from "../conformance/dataset.ts";
import { cifarFiles, mnistFiles, pattern, shard } from "./written-data.ts";

const sentences = Array.from({ length: 40 }, (_, i) => `Sentence ${i} of a text, naïve and short.\n`).join(
  "",
);

/** Pictures in folders of two classes; the first training image is a large one. */
async function pictures(): Promise<Record<string, Uint8Array>> {
  const { default: sharp } = await import("sharp");
  const jpeg = (width: number, height: number, start: number): Promise<Uint8Array> =>
    sharp(pattern(width * height * 3, start), { raw: { width, height, channels: 3 } })
      .jpeg()
      .toBuffer();
  return {
    "train/cat/a.jpg": await jpeg(90, 60, 0),
    "train/dog/b.JPEG": await jpeg(20, 70, 3),
    "val/cat/c.jpg": await jpeg(64, 64, 9),
    "val/dog/notes.txt": new Uint8Array(3),
  };
}

const fixtures: Readonly<Record<string, DatasetFixture>> = {
  digits: { files: null },
  mnist: { files: async () => mnistFiles(), augmented: { augment: true }, cut: "train-images-idx3-ubyte" },
  "fashion-mnist": {
    files: async () => mnistFiles(),
    augmented: { augment: true },
    cut: "t10k-images.idx3-ubyte.gz",
  },
  cifar10: { files: async () => cifarFiles(), augmented: { augment: true }, cut: "data_batch_3.bin" },
  "image-folder": {
    files: pictures,
    options: { size: 32, resize: 40 },
    augmented: { augment: true },
    cut: "train/cat/a.jpg",
  },
  text: {
    files: async () => ({ "a.txt": sentences, "b.txt.gz": gzipSync(sentences) }),
    cut: "b.txt.gz",
  },
  c4: {
    files: async () => ({ "c4-train.00000.json.gz": shard([sentences, "short", sentences]) }),
    cut: "c4-train.00000.json.gz",
  },
};

test("every data set of the catalogue has files to be tested with, and a name of its own", () => {
  const names = datasetCatalogue.map(({ name }) => name);
  expect(Object.keys(fixtures).sort()).toEqual([...names].sort());
  expect(new Set(names).size).toBe(names.length);
});

test("a data set that is not in the catalogue is refused with the names that are", () => {
  expect(() => resolveDataset({ name: "toString" })).toThrow(UsageError);
  expect(() => resolveDataset({ name: "imagenet" })).toThrow(/image-folder.*got "imagenet"/);
});

test.each(["cifar10", "image-folder", "c4"])("%s without a path says what to put there", async (name) => {
  const { definition, options } = resolveDataset({ name });
  await expect(definition.load(options)).rejects.toThrow(UsageError);
  await expect(definition.load(options)).rejects.toThrow(/needs data\.path\. Give data\.path/);
});

for (const definition of datasetCatalogue) describeDataset(definition, fixtures[definition.name]!);
