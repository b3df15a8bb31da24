import { expect, test } from "vitest";
import { loadDataset } from "../../src/datasets/catalogue.ts";
import type { ImageSet } from "../../src/datasets/dataset.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { cifarFiles, cifarRecords, pattern } from "./written-data.ts";

const folderWith = temporaryFolders();

async function load(path: string, more = {}): Promise<{ train: ImageSet; test: ImageSet }> {
  const data = await loadDataset({ name: "cifar10", path, ...more });
  if (data.kind !== "images") throw new Error("expected images");
  return data;
}

async function exampleOf(set: ImageSet, i: number, draws?: ReturnType<typeof randomStream>) {
  const values = new Float32Array(3 * 32 * 32);
  return { label: await set.example(i, values, 0, draws), values };
}

test("has its files' records in order, each channel with mean 0 and deviation 1 over the training part", async () => {
  const { train, test } = await load(folderWith(cifarFiles()));
  expect([train.count, test.count, train.channels, train.height, train.width]).toEqual([10, 3, 3, 32, 32]);
  const examples = await Promise.all(Array.from({ length: 10 }, (_, i) => exampleOf(train, i)));
  expect(examples.map(({ label }) => label)).toEqual([1, 8, 2, 7, 3, 6, 4, 5, 5, 4]);
  for (const channel of [0, 1, 2]) {
    const values = examples.flatMap((each) => [
      ...each.values.subarray(1024 * channel, 1024 * (channel + 1)),
    ]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    // Values are rounded to float32: 2^-24 of at most 2.
    expect(Math.abs(mean)).toBeLessThan(2 ** -22);
    expect(Math.abs(square - 1)).toBeLessThan(2 ** -20);
    // The record's bytes are a linear function of the values: two of them give it, the others must keep to it.
    const bytes = pattern(3072, 1).subarray(1024 * channel, 1024 * (channel + 1));
    const first = examples[0]!.values.subarray(1024 * channel, 1024 * (channel + 1));
    const slope = (first[1]! - first[0]!) / (bytes[1]! - bytes[0]!);
    first.forEach((value, i) => {
      expect(value).toBeCloseTo(first[0]! + slope * (bytes[i]! - bytes[0]!), 4);
    });
  }
});

test("is also found in the folder that its archive unpacks to", async () => {
  const inside = Object.entries(cifarFiles()).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes]);
  expect((await load(folderWith(Object.fromEntries(inside)))).train.count).toBe(10);
});

test("augmented, shows the image shifted by at most four pixels; the test part is as it is", async () => {
  const path = folderWith(cifarFiles());
  const plain = await load(path);
  const augmented = await load(path, { augment: true });
  const { values: whole } = await exampleOf(plain.train, 0);
  const draws = randomStream(1, ["shifts"]);
  const middle = Array.from(
    { length: 100 },
    async () => (await exampleOf(augmented.train, 0, draws)).values[16 * 32 + 16]!,
  );
  const near = new Set<number>();
  for (let row = 12; row <= 20; row++) {
    for (let column = 11; column <= 20; column++) near.add(whole[32 * row + column]!);
  }
  for (const value of await Promise.all(middle)) expect(near.has(value)).toBe(true);
  expect(await exampleOf(augmented.test, 2)).toEqual(await exampleOf(plain.test, 2));
});

test.each([
  [
    "a label of 10",
    { "data_batch_2.bin": cifarRecords([3, 10]) },
    /data_batch_2\.bin: .*got 10 at byte 3073/,
  ],
  ["half a record", { "test_batch.bin": cifarRecords([3]).slice(0, 1000) }, /whole records of 3073 bytes/],
])("with %s is refused", async (_, replaced, message) => {
  await expect(load(folderWith({ ...cifarFiles(), ...replaced }))).rejects.toThrow(message);
});

test("without one of its files says which, and where they are from", async () => {
  const { "data_batch_4.bin": _, ...rest } = cifarFiles();
  await expect(load(folderWith(rest))).rejects.toThrow(/has no data_batch_4\.bin.*cs\.toronto\.edu/);
});
