import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  corruptSpans,
  spanCorruptionLengths,
  spanMask,
  t5Noise,
} from "../../src/datasets/span-corruption.ts";
import { UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";

const noises = fc.record({
  density: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
  meanSpanLength: fc.double({ min: 1, max: 8, noNaN: true }),
});

describe("lengths of span corruption", () => {
  // 568 and 114 for 512: T5's code and paper. The others: the same formulas in Python 3.11 (`round` to even).
  test.each([
    [512, 0.15, 3, 568, 114],
    [128, 0.15, 3, 141, 29],
    [256, 0.15, 3, 284, 58],
    [1024, 0.15, 3, 1137, 229],
    [114, 0.15, 3, 126, 26],
    [512, 0.3, 4, 659, 249],
    [512, 0.15, 10, 591, 99],
    [64, 0.25, 2, 72, 28],
  ])(
    "inputs of %i tokens, density %d, spans of %d: %i raw, %i targets",
    (inputs, density, mean, raw, targets) => {
      expect(spanCorruptionLengths(inputs, { density, meanSpanLength: mean })).toEqual({
        raw,
        inputs,
        targets,
      });
    },
  );

  test("are the largest that fit, at T5's noise exactly", () => {
    for (let length = 3; length < 300; length++) {
      const { raw, inputs } = spanCorruptionLengths(length);
      expect(inputs).toBe(length);
      expect(spanCorruptionLengths(length + 1).raw).toBeGreaterThanOrEqual(raw);
    }
  });

  test.each([
    [2, t5Noise],
    [Number.POSITIVE_INFINITY, t5Noise],
    [512, { density: 0, meanSpanLength: 3 }],
    [512, { density: 0.6, meanSpanLength: 3 }],
    [512, { density: 0.15, meanSpanLength: 0.5 }],
  ])("inputs of %d tokens with %o are refused", (length, noise) => {
    expect(() => spanCorruptionLengths(length, noise)).toThrow(UsageError);
  });
});

describe("a mask of spans", () => {
  test("masks the stated share, begins with a token and ends in a span", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 700 }), noises, fc.nat(), (raw, noise, seed) => {
        const mask = [...spanMask(raw, noise, randomStream(seed, ["mask"]))];
        expect(mask[0]).toBe(0);
        expect(mask.at(-1)).toBe(1);
        const masked = mask.filter((bit) => bit === 1).length;
        expect(Math.abs(masked - raw * noise.density)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("has every composition equally often", () => {
    // 10 tokens at 0.4 and spans of 2: 4 masked in 2 spans (3 ways), 6 kept in 2 (5 ways).
    const draws = randomStream(9, ["mask"]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 15_000; i++) {
      const key = spanMask(10, { density: 0.4, meanSpanLength: 2 }, draws).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(15);
    // Chi-squared with 14 degrees of freedom is above 41 with probability 2e-4.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(41);
  });
});

describe("a corrupted text", () => {
  const vocabulary = 1500;
  const set = { vocabulary, special: { pad: 0, end: 1, sentinels: 400 } };

  /** The text again: every sentinel of the inputs replaced by what follows it in the targets. */
  function restored(inputs: Uint32Array, targets: Uint32Array): number[] {
    const spans = new Map<number, number[]>();
    let open: number[] = [];
    for (const id of targets.subarray(0, -1)) {
      if (id >= vocabulary - 400) {
        open = [];
        spans.set(id, open);
      } else open.push(id);
    }
    return [...inputs.subarray(0, -1)].flatMap((id) => (id >= vocabulary - 400 ? spans.get(id)! : [id]));
  }

  test("goes back to the text, and has the stated lengths", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), noises, fc.nat(), (raw, noise, seed) => {
        const text = Uint16Array.from({ length: raw }, (_, i) => 2 + i); // all different
        const { inputs, targets } = corruptSpans(text, set, noise, randomStream(seed, ["text"]));
        expect(restored(inputs, targets)).toEqual([...text]);
        expect([inputs.at(-1), targets.at(-1)]).toEqual([1, 1]);
        const sentinels = [...inputs].filter((id) => id >= vocabulary - 400);
        expect(sentinels).toEqual(sentinels.map((_, k) => vocabulary - 1 - k));
        expect([...targets].filter((id) => id >= vocabulary - 400)).toEqual(sentinels);
        expect(targets[0]).toBe(vocabulary - 1);
        expect(inputs.length + targets.length).toBe(raw + 2 * sentinels.length + 2);
      }),
    );
  });

  test("of T5's raw length has 512 inputs and 114 targets, the same for the same draws", () => {
    const text = Uint16Array.from({ length: 568 }, (_, i) => 2 + i);
    const corrupt = (seed: number) => corruptSpans(text, set, t5Noise, randomStream(seed, ["text"]));
    expect([corrupt(1).inputs.length, corrupt(1).targets.length]).toEqual([512, 114]);
    expect(corrupt(1)).toEqual(corrupt(1));
    expect(corrupt(1)).not.toEqual(corrupt(2));
  });

  test("needs sentinels and an end token", () => {
    const text = new Uint16Array(100);
    const draws = randomStream(1, []);
    const few = { vocabulary, special: { pad: 0, end: 1, sentinels: 4 } };
    expect(() => corruptSpans(text, few, t5Noise, draws)).toThrow(
      /5 masked spans.*4 sentinels.*data\.sentinels to 5/,
    );
    const endless = { vocabulary, special: { pad: 0, end: null, sentinels: 40 } };
    expect(() => corruptSpans(text, endless, t5Noise, draws)).toThrow(UsageError);
  });
});
