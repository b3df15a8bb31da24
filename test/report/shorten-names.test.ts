import fc from "fast-check";
import { expect, test } from "vitest";
import { shortenNames } from "../../src/report/shorten-middle.ts";

const kernels = [1, 2, 3, 10].map((i) => `separable_conv2d_${i}_1/pointwise_kernel`);

test("names that differ in their middle keep what differs", () => {
  expect(shortenNames(kernels, 24)).toEqual([
    "separable_conv2d…1…ernel",
    "separable_conv2d…2…ernel",
    "separable_conv2d…3…ernel",
    "separable_conv2…10…ernel",
  ]);
});

test("a name that fits stays as it is, and one that is there twice is shortened alike", () => {
  expect(shortenNames(["fc.weight", kernels[0]!, kernels[0]!], 24)).toEqual([
    "fc.weight",
    "separable…intwise_kernel",
    "separable…intwise_kernel",
  ]);
});

const piece = fc.constantFrom(
  "model.",
  "layers.",
  "0.",
  "1.",
  "10.",
  "self_attn.",
  "q_proj",
  "weight",
  "…",
  "~2",
);
const name = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(""));

test("whatever the names and the width: as wide as the column, and different where the names are", () => {
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 8, max: 40 }),
      (names, width) => {
        const short = shortenNames(names, width);
        expect(Math.max(...short.map(({ length }) => length))).toBeLessThanOrEqual(width);
        expect(new Set(short).size).toBe(new Set(names).size);
        for (const [i, each] of names.entries()) if (each.length <= width) expect(short[i]).toBe(each);
      },
    ),
    { seed: 1 },
  );
});
