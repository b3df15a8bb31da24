import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImageSet, TokenSet } from "../../src/datasets/dataset.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { BatchOptions } from "../../src/train/batches/batches.ts";
import { classification } from "../../src/train/batches/classification.ts";
import { language } from "../../src/train/batches/language.ts";
import { mixImages } from "../../src/train/batches/mix-images.ts";
import { sequenceToSequence } from "../../src/train/batches/sequence-to-sequence.ts";

/** Image i has pixels i + 0.1 everywhere, plus a draw where it is augmented. */
function numbered(count: number): ImageSet {
  return {
    channels: 1,
    height: 2,
    width: 2,
    classes: count,
    count,
    pixels: { mean: [0], deviation: [1], lowest: 0, highest: 255 },
    example(i, to, offset, draws) {
      to.fill(i + (draws ? draws.uniform() : 0.5), offset, offset + 4);
      return i;
    },
  };
}

function text(length: number, vocabulary = 40): TokenSet {
  return {
    vocabulary,
    special: { pad: 0, end: 1, sentinels: 8 },
    tokens: Uint16Array.from({ length }, (_, i) => 3 + (i % (vocabulary - 12))),
    decode: () => "",
  };
}

const imageOptions = (batchSize: number, seed = 0): BatchOptions => ({
  batchSize,
  seed,
  inputs: new Map([["images", [batchSize, 1, 2, 2]]]),
});
const tokenOptions = (batchSize: number, length: number, seed = 0): BatchOptions => ({
  batchSize,
  seed,
  inputs: new Map([["tokens", [batchSize, length]]]),
});

describe("classification", () => {
  test("a batch is a function of seed and step: another object gives it, in any order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.integer(), async (step, seed) => {
        const first = classification.training(numbered(11), imageOptions(3, seed));
        await first.batch(step + 7);
        const again = classification.training(numbered(11), imageOptions(3, seed));
        expect(await again.batch(step)).toEqual(await first.batch(step));
      }),
    );
  });

  test("an epoch has each example once, and epochs and seeds differ in order and augmentation", async () => {
    const batches = classification.training(numbered(12), imageOptions(4));
    const labels = async (from: number) => {
      const all = [0, 1, 2].map(async (i) =>
        Array.from((await batches.batch(from + i)).feed.labels as Float32Array),
      );
      return (await Promise.all(all)).flat();
    };
    expect(batches.count).toBe(3);
    const [first, second] = [await labels(0), await labels(3)];
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(second).not.toEqual(first);
    expect(second.toSorted((a, b) => a - b)).toEqual(first.toSorted((a, b) => a - b));
    const other = await classification.training(numbered(12), imageOptions(4, 1)).batch(0);
    expect(Array.from(other.feed.labels as Float32Array)).not.toEqual(first.slice(0, 4));
  });

  test("the test part is in order without draws, and its last batch is filled up without labels", async () => {
    const batches = classification.testing(numbered(5), imageOptions(3));
    expect(batches.count).toBe(2);
    const last = await batches.batch(1);
    expect(last.examples).toBe(2);
    expect(Array.from(last.feed.labels as Float32Array)).toEqual([3, 4, -100]);
    expect(Array.from((last.feed.images as Float32Array).subarray(0, 5))).toEqual([3.5, 3.5, 3.5, 3.5, 4.5]);
  });
});

describe("mixed images", () => {
  const batchOf = (count: number) => ({
    images: Float32Array.from({ length: 16 * count }, (_, i) => Math.floor(i / 16)),
    labels: Float32Array.from({ length: count }, (_, i) => i),
  });
  const part = { ...numbered(6), height: 4, width: 4 };

  test("mixup: every pixel is the share of its image, and the rest of the one before", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.05, max: 3, noNaN: true }), (seed, mixup) => {
        const { images, share, labels, labelsOther } = mixImages(
          batchOf(6),
          part,
          { mixup },
          randomStream(seed, []),
        );
        const s = share![0]!;
        expect(s).toBeGreaterThanOrEqual(0);
        expect(s).toBeLessThanOrEqual(1);
        expect(Array.from(labelsOther!)).toEqual([5, 0, 1, 2, 3, 4]);
        for (const [i, pixel] of images!.entries()) {
          const row = Math.floor(i / 16);
          // Rounding of float32, twice.
          expect(Math.abs(pixel - (s * labels![row]! + (1 - s) * labelsOther![row]!))).toBeLessThan(
            6 * 2 ** -22,
          );
        }
      }),
    );
  });

  test("CutMix: the share of pixels that an image keeps is the share of its label", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { images, share, labels } = mixImages(batchOf(6), part, { cutmix: 1 }, randomStream(seed, []));
        for (const [row, label] of labels!.entries()) {
          const own = images!.subarray(16 * row, 16 * row + 16).filter((pixel) => pixel === label).length;
          expect(own / 16).toBeCloseTo(share![row]!, 6);
        }
      }),
    );
  });

  test("mixup's share has the variance of Beta(a, a), 1 / (4 (2 a + 1)), within 5 standard errors", () => {
    const alpha = 0.2;
    const draws = Array.from({ length: 4000 }, (_, seed) => {
      const mixed = mixImages(
        batchOf(1),
        { ...part, count: 1 },
        { mixup: alpha },
        randomStream(seed, ["beta"]),
      );
      return mixed.share![0]!;
    });
    const variance = draws.reduce((sum, s) => sum + (s - 0.5) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    // A square of at most 1/4 deviates by less than 1/8.
    expect(Math.abs(variance - expected)).toBeLessThan((5 * 0.125) / Math.sqrt(draws.length));
  });
});

describe("language", () => {
  test("labels are the tokens that follow, and windows of an epoch don't overlap", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 30, max: 200 }), fc.nat(20), async (length, seed) => {
        const unique = { ...text(length), tokens: Uint16Array.from({ length }, (_, i) => i) };
        const batches = language.training(unique, tokenOptions(2, 5, seed));
        const seen = new Set<number>();
        for (let step = 0; step < batches.count; step++) {
          const { feed } = await batches.batch(step);
          const [tokens, labels] = [feed.tokens as Float32Array, feed.labels as Float32Array];
          expect(Array.from(labels)).toEqual(Array.from(tokens, (token) => token + 1));
          for (const token of tokens) {
            expect(seen.has(token)).toBe(false);
            seen.add(token);
          }
        }
      }),
    );
  });

  test("the test part has every token but the first as a label, once", async () => {
    const unique = { ...text(48), tokens: Uint16Array.from({ length: 48 }, (_, i) => i) };
    const batches = language.testing(unique, tokenOptions(4, 5));
    const labels: number[] = [];
    for (let place = 0; place < batches.count; place++) {
      const { feed } = await batches.batch(place);
      labels.push(...Array.from(feed.labels as Float32Array).filter((label) => label >= 0));
    }
    expect(labels).toEqual(Array.from({ length: 47 }, (_, i) => i + 1));
  });

  test("a text that is too short for a batch is an error that says how much it needs", () => {
    expect(() => language.training(text(10), tokenOptions(4, 5))).toThrow(/needs 20, it has 9/);
  });
});

describe("sequence to sequence", () => {
  const options: BatchOptions = {
    batchSize: 3,
    seed: 1,
    inputs: new Map([
      ["inputs", [3, 20]],
      ["labels", [3, 8]],
    ]),
  };

  test("decoder inputs are the labels one place later, and masks end with the inputs", async () => {
    const batches = sequenceToSequence.training(text(400), options);
    for (let step = 0; step < batches.count; step++) {
      const { feed } = await batches.batch(step);
      const rows = (name: string, width: number) =>
        [0, 1, 2].map((row) =>
          Array.from((feed[name] as Float32Array).subarray(row * width, (row + 1) * width)),
        );
      for (const row of [0, 1, 2]) {
        const labels = rows("labels", 8)[row]!;
        const known = labels.filter((label) => label >= 0);
        expect(known.at(-1)).toBe(1);
        expect(labels.slice(known.length).every((label) => label === -100)).toBe(true);
        expect(rows("decoderInputs", 8)[row]!.slice(0, known.length)).toEqual([0, ...known.slice(0, -1)]);
        const inputs = rows("inputs", 20)[row]!;
        const mask = rows("inputMask", 20)[row]!;
        expect(mask.map((each, i) => (each === 1 ? inputs[i]! > 0 : inputs[i] === 0)).every(Boolean)).toBe(
          true,
        );
      }
    }
  });

  test("targets longer than the model's are an error", () => {
    const short = { ...options, inputs: new Map([...options.inputs, ["labels", [3, 3]] as const]) };
    expect(() => sequenceToSequence.training(text(400), short)).toThrow(/have targets of/);
  });
});
