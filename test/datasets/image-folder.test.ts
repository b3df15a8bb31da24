import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/datasets/catalogue.ts";
import type { ImageSet } from "../../src/datasets/dataset.ts";
import { centralRegion, randomRegion } from "../../src/datasets/image-crops.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";

const folderWith = temporaryFolders();
const { default: sharp } = await import("sharp").catch(() => ({ default: null }));

const extents = fc.integer({ min: 1, max: 3000 });

describe("regions", () => {
  test("drawn at random lie in the image, with an area and a ratio in their ranges", () => {
    fc.assert(
      fc.property(extents, extents, fc.nat(), (width, height, seed) => {
        const region = randomRegion(width, height, randomStream(seed, ["region"]));
        expect(region.left).toBeGreaterThanOrEqual(0);
        expect(region.top).toBeGreaterThanOrEqual(0);
        expect(region.left + region.width).toBeLessThanOrEqual(width);
        expect(region.top + region.height).toBeLessThanOrEqual(height);
        // Sides are rounded by half a pixel each.
        expect((region.width - 0.5) / (region.height + 0.5)).toBeLessThanOrEqual(4 / 3);
        expect((region.height - 0.5) / (region.width + 0.5)).toBeLessThanOrEqual(4 / 3);
      }),
    );
  });

  test("of the test are the central 224 / 256 of the shorter side", () => {
    expect(centralRegion(512, 256, 224, 256)).toEqual({ left: 144, top: 16, width: 224, height: 224 });
    expect(centralRegion(300, 400, 32, 32)).toEqual({ left: 0, top: 50, width: 300, height: 300 });
    expect(centralRegion(1, 1, 224, 256)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });
});

describe.runIf(sharp)("an image folder", () => {
  const png = (width: number, height: number, channels: 1 | 3 | 4, pixels: readonly number[]) =>
    sharp!(Uint8Array.from(pixels), { raw: { width, height, channels } }).png().toBuffer();
  const flat = (rgb: readonly number[]) => Array.from({ length: 64 }, () => rgb).flat();
  const options = { size: 8, resize: 8 };

  async function load(
    files: Record<string, Uint8Array>,
    more = {},
  ): Promise<{ train: ImageSet; test: ImageSet }> {
    const data = await loadDataset({ name: "image-folder", path: folderWith(files), ...options, ...more });
    if (data.kind !== "images") throw new Error("expected images");
    return data;
  }
  const pixelsOf = async (set: ImageSet, i: number) => {
    const to = new Float32Array(3 * 64);
    return { label: await set.example(i, to, 0), to };
  };
  /** A byte by ImageNet's mean and deviation of a channel. */
  const standardised = (byte: number, channel: number) =>
    (byte / 255 - [0.485, 0.456, 0.406][channel]!) / [0.229, 0.224, 0.225][channel]!;

  test("numbers classes by name, and standardises by ImageNet's channels", async () => {
    const red = await png(8, 8, 3, flat([200, 10, 30]));
    const { train, test } = await load({ "train/b/1.png": red, "train/a/2.png": red, "val/b/3.png": red });
    expect([train.classes, train.count, test.count]).toEqual([2, 2, 1]);
    expect((await pixelsOf(train, 0)).label).toBe(0);
    const { label, to } = await pixelsOf(test, 0);
    expect(label).toBe(1);
    for (const [channel, byte] of [200, 10, 30].entries()) {
      for (let i = 0; i < 64; i++) {
        expect(to[64 * channel + i]).toBeCloseTo(standardised(byte, channel), 5);
      }
    }
  });

  test("takes grey and transparent images as RGB", async () => {
    const grey = await png(8, 8, 1, flat([120]));
    const clear = await png(8, 8, 4, flat([120, 120, 120, 50]));
    const { train } = await load({ "train/a/1.png": grey, "train/a/2.png": clear, "val/a/3.png": grey });
    for (const i of [0, 1]) {
      const { to } = await pixelsOf(train, i);
      for (const channel of [0, 1, 2]) expect(to[64 * channel]).toBeCloseTo(standardised(120, channel), 5);
    }
  });

  test("mirrors half of the training examples, each pixel where it belongs", async () => {
    // Red grows from left to right by 30 a column, from 20: a frame of it grows too unless it is mirrored.
    const ramp = Array.from({ length: 64 }, (_, i) => [20 + 30 * (i % 8), 0, 0]).flat();
    const image = await png(8, 8, 3, ramp);
    const { train } = await load({ "train/a/1.png": image, "val/a/1.png": image }, { augment: true });
    expect((await pixelsOf(train, 0)).to[3]).toBeCloseTo(standardised(110, 0), 5);
    const draws = randomStream(1, ["mirror"]);
    let mirrored = 0;
    for (let i = 0; i < 200; i++) {
      const to = new Float32Array(3 * 64);
      await train.example(0, to, 0, draws);
      if (to[7]! < to[0]!) mirrored++;
    }
    // Four standard deviations of 200 throws of a coin.
    expect(Math.abs(mirrored - 100)).toBeLessThan(4 * Math.sqrt(50));
  });

  test("gives examples that are asked for together what it gives one by one", async () => {
    const image = await png(
      8,
      8,
      3,
      Array.from({ length: 192 }, (_, i) => (i * 7) & 255),
    );
    const { train } = await load({ "train/a/1.png": image, "val/a/1.png": image }, { augment: true });
    const together = randomStream(2, ["order"]);
    const first = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const to = new Float32Array(192);
        await train.example(0, to, 0, together);
        return to;
      }),
    );
    const apart = randomStream(2, ["order"]);
    for (const expected of first) {
      const to = new Float32Array(192);
      await train.example(0, to, 0, apart);
      expect(to).toEqual(expected);
    }
  });

  test.each([
    ["no val", ["train/a/1.png"], /has no folder val/],
    [
      "a class of val that train lacks",
      ["train/a/1.png", "val/b/1.png"],
      /b is a class that train does not have/,
    ],
    ["no images", ["train/a/1.txt", "val/a/1.png"], /train has no images/],
  ])("with %s is refused", async (_, names, message) => {
    const image = await png(8, 8, 1, flat([1]));
    await expect(load(Object.fromEntries(names.map((name) => [name, image])))).rejects.toThrow(message);
  });

  test("says which image is none when it is asked for", async () => {
    const image = await png(8, 8, 1, flat([1]));
    const { train } = await load({ "train/a/1.jpg": new Uint8Array(100), "val/a/1.png": image });
    await expect(pixelsOf(train, 0)).rejects.toThrow(/1\.jpg cannot be read as an image/);
  });
});
