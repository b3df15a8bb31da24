import fc from "fast-check";
import { expect, test } from "vitest";
import { shortenNames, withoutCommonParts } from "../../src/report/shorten-middle.ts";

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

test("names in a column lose what all of them have, where one is too long", () => {
  const names = ["attention.attention.query", "attention.output.dense", "output.dense"].map(
    (name) => `vit.encoder.layer.2.${name}.weight`,
  );
  expect(withoutCommonParts(names, 30)).toEqual([
    "…attention.attention.query",
    "…attention.output.dense",
    "…output.dense",
  ]);
  expect(withoutCommonParts(names, 80)).toEqual(names);
  // The usual end alone, where that is enough; not where two names would then be one.
  expect(withoutCommonParts(names, 45)).toEqual(names.map((name) => name.replace(".weight", "")));
  const [one, other] = ["encoder.first.weight", "encoder.first"];
  expect(withoutCommonParts([one, other], 15)).toEqual(["…first.weight", "…first"]);
  // Of one name alone nothing is known to be shared.
  expect(withoutCommonParts([names[0]!], 30)).toEqual(["vit.encoder.layer.2.attention.attention.query"]);
});
