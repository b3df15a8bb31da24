import { describe, expect, test } from "vitest";
import type { ImageSet } from "../../src/datasets/dataset.ts";
import { type Framing, randomFraming, wholeImage } from "../../src/datasets/framing.ts";
import { packedImageSet } from "../../src/datasets/packed-images.ts";
import { standardisationOf } from "../../src/datasets/standardisation.ts";
import { randomStream } from "../../src/linalg/random.ts";

const plain = { mean: [0, 0], deviation: [1, 1] };

/** One image of 2 channels, 3 x 3: 1 to 9 and 11 to 19. */
const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
const image = { channels: 2, height: 3, width: 3, classes: 1, pixels, labels: Uint8Array.of(0) };

const setWith = (framing: Framing): ImageSet => packedImageSet(image, plain, framing);
const shown = ({ channels, height, width, example }: ImageSet): number[] => {
  const to = new Float32Array(channels * height * width);
  example(0, to, 0);
  return [...to];
};
const fixed = (
  frame: { top?: number; left?: number; mirrored?: boolean; angle?: number },
  side = 3,
): Framing => ({
  height: side,
  width: side,
  frame: () => ({ top: 0, left: 0, mirrored: false, angle: 0, ...frame }),
});

describe("an image in a frame", () => {
  test("is as stored in the whole one", () => {
    expect(shown(setWith(wholeImage(image)))).toEqual([...pixels]);
  });

  test("is shifted, black beyond its edge", () => {
    const first = shown(setWith(fixed({ top: 1, left: -1 }))).slice(0, 9);
    expect(first).toEqual([0, 4, 5, 0, 7, 8, 0, 0, 0]);
  });

  test("is mirrored left to right", () => {
    expect(shown(setWith(fixed({ mirrored: true })))).toEqual([
      3, 2, 1, 6, 5, 4, 9, 8, 7, 13, 12, 11, 16, 15, 14, 19, 18, 17,
    ]);
  });

  test("turned by a quarter counterclockwise has its right column on top", () => {
    expect(shown(setWith(fixed({ angle: Math.PI / 2 }))).slice(0, 9)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  });

  // Image.rotate(degrees, Image.NEAREST) of Pillow 13.0.0, of a 6 x 6 image of 1 to 36.
  test.each([
    [
      30,
      [
        0, 3, 4, 11, 12, 0, 2, 3, 10, 11, 18, 18, 8, 8, 15, 16, 23, 24, 13, 14, 21, 22, 29, 29, 19, 19, 26,
        27, 34, 35, 0, 25, 26, 33, 34, 0,
      ],
    ],
    [
      -17,
      [
        0, 7, 2, 3, 4, 0, 13, 14, 9, 10, 10, 5, 19, 14, 15, 16, 17, 12, 25, 20, 21, 22, 23, 18, 32, 27, 27,
        28, 23, 24, 0, 33, 34, 35, 30, 0,
      ],
    ],
  ])("turned by %i degrees is Pillow's", (degrees, expected) => {
    const six = {
      channels: 1,
      height: 6,
      width: 6,
      classes: 1,
      pixels: Uint8Array.from({ length: 36 }, (_, i) => i + 1),
      labels: Uint8Array.of(0),
    };
    const framing = fixed({ angle: (degrees * Math.PI) / 180 }, 6);
    expect(shown(packedImageSet(six, { mean: [0], deviation: [1] }, framing))).toEqual(expected);
  });

  test("is black where a turn looks beyond the frame, though the image goes on", () => {
    // The frame is the upper left 2 x 2; at 45 degrees its corners come from outside of it.
    const angle = Math.PI / 4;
    const turned = shown(setWith(fixed({ angle, top: 0, left: 0 }, 2))).slice(0, 4);
    const inside = new Set([0, 1, 2, 4, 5]);
    expect(turned.every((value) => inside.has(value))).toBe(true);
  });

  test("has black of its channel's standardised value", () => {
    const set = packedImageSet(image, { mean: [10, 20], deviation: [2, 4] }, fixed({ top: 5 }));
    expect(shown(set)).toEqual([...Array(9).fill(-5), ...Array(9).fill(-5)]);
  });
});

describe("random frames", () => {
  const framing = randomFraming(
    { height: 28, width: 28 },
    { height: 32, width: 32 },
    { padding: 16, mirrors: true, degrees: 30 },
  );

  test("without draws show the middle", () => {
    expect(framing.frame()).toEqual({ top: -2, left: -2, mirrored: false, angle: 0 });
  });

  test("are at every place of the padded image, mirrored half of the time, turned within bounds", () => {
    const draws = randomStream(3, ["frames"]);
    const frames = Array.from({ length: 20_000 }, () => framing.frame(draws));
    // 28 + 2 * 16 - 32 + 1 = 29 places on each axis, the first at -16.
    for (const axis of ["top", "left"] as const) {
      const counts = Array(29).fill(0);
      for (const frame of frames) counts[frame[axis] + 16]++;
      expect(counts.length).toBe(29);
      // Chi-squared with 28 degrees of freedom is above 62 with probability 2e-4.
      const expected = frames.length / 29;
      expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(62);
    }
    // Five standard deviations of a fair coin.
    const mirrored = frames.filter((frame) => frame.mirrored).length;
    expect(Math.abs(mirrored - 10_000)).toBeLessThan(5 * Math.sqrt(5000));
    const angles = frames.map(({ angle }) => angle);
    expect(Math.max(...angles)).toBeLessThanOrEqual(Math.PI / 6);
    expect(Math.min(...angles)).toBeGreaterThanOrEqual(-Math.PI / 6);
    // A uniform on [-30, 30] degrees has the deviation 30 / sqrt 3; its estimate's relative error is under 0.01.
    const square = angles.reduce((sum, angle) => sum + angle ** 2, 0) / angles.length;
    expect(Math.sqrt(square) / (Math.PI / 6 / Math.sqrt(3))).toBeCloseTo(1, 1);
  });
});

describe("standardisation", () => {
  test("is of each channel over all images", () => {
    // Channel 0 has 1 and 3, channel 1 has 10, 10, 10 and 30: mean 15, variance (3 * 25 + 225) / 4 = 75.
    const { mean, deviation } = standardisationOf(Uint8Array.of(1, 3, 10, 10, 3, 1, 10, 30), 2, 2);
    expect(mean).toEqual([2, 15]);
    expect(deviation[0]).toBe(1);
    expect(deviation[1]).toBeCloseTo(Math.sqrt(75), 12);
  });

  test("leaves a constant channel at 0", () => {
    expect(standardisationOf(Uint8Array.of(7, 7), 1, 2)).toEqual({ mean: [7], deviation: [1] });
  });
});
