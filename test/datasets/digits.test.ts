import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ImageSet } from "../../src/datasets/dataset.ts";
import { digits } from "../../src/datasets/digits.ts";

const rows = gunzipSync(readFileSync("data/digits.csv.gz"))
  .toString()
  .trimEnd()
  .split("\n")
  .map((row) => row.split(",").map(Number));

async function examples({ count, example }: ImageSet): Promise<{ values: Float32Array; label: number }[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const values = new Float32Array(64);
      return { label: await example(i, values, 0), values };
    }),
  );
}

test("the file is UCI's: 1797 digits, so many of each, pixels 0 to 16", () => {
  expect(rows.length).toBe(1797);
  // Class counts as scikit-learn's documentation of load_digits states ("~180"), counted from the file with awk.
  const counts = Array.from({ length: 10 }, (_, digit) => rows.filter((row) => row[64] === digit).length);
  expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  expect(Math.max(...rows.flatMap((row) => row.slice(0, 64)))).toBe(16);
});

test("1500 train and 297 test images are the file's, each once; training pixels have mean 0 and deviation 1", async () => {
  const { train, test } = await digits.load({});
  expect([train.count, test.count]).toEqual([1500, 297]);
  expect(test.pixels).toEqual(train.pixels);
  expect([train.pixels.lowest, train.pixels.highest]).toEqual([0, 16]);
  const training = await examples(train);
  const pixels = training.flatMap(({ values }) => [...values]);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const square = pixels.reduce((sum, value) => sum + value ** 2, 0) / pixels.length;
  // Values are rounded to float32: 2^-24 of at most 2.
  expect(Math.abs(mean)).toBeLessThan(2 ** -22);
  expect(Math.abs(square - 1)).toBeLessThan(2 ** -20);

  // Undone by the two values that pixels 0 and 16 have, the examples are the rows of the file.
  const low = Math.min(...pixels);
  const unit = (Math.max(...pixels) - low) / 16;
  const restored = [...training, ...(await examples(test))].map(({ values, label }) =>
    [...Array.from(values, (value) => Math.round((value - low) / unit)), label].join(),
  );
  expect(restored.sort()).toEqual(rows.map((row) => row.join()).sort());
});

test("every digit is in the test part", async () => {
  const { test } = await digits.load({});
  const labels = (await examples(test)).map(({ label }) => label);
  expect(new Set(labels).size).toBe(10);
});
