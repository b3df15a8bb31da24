import { expect, test } from "vitest";
import { alignNames } from "../../src/comparison/align-names.ts";
import { compare, tensorOf } from "../../src/index.ts";
import { gaussian } from "../noise.ts";

const named = (...layers: string[]) => layers.map((layer) => ({ layer, shape: [4, 3] }));
const pairs = (a: string[], b: string[]) => Object.fromEntries(alignNames(named(...a), named(...b)));

test("equal names come first, then names with a prefix on one side", () => {
  expect(pairs(["fc.weight", "x"], ["fc.weight", "y"])).toEqual({ "fc.weight": "fc.weight" });
  expect(pairs(["fc.weight"], ["module.fc.weight"])).toEqual({ "fc.weight": "module.fc.weight" });
  expect(pairs(["net/fc/kernel"], ["fc/kernel"])).toEqual({ "net/fc/kernel": "fc/kernel" });
  // The exact match takes it, and nothing is left for the other.
  expect(pairs(["fc.weight", "a.fc.weight"], ["fc.weight"])).toEqual({ "fc.weight": "fc.weight" });
});

test("nothing is guessed: several candidates, part of a word, or another shape", () => {
  expect(pairs(["fc.weight"], ["a.fc.weight", "b.fc.weight"])).toEqual({});
  expect(pairs(["a.fc.weight", "b.fc.weight"], ["fc.weight"])).toEqual({});
  expect(pairs(["fc.weight"], ["xfc.weight"])).toEqual({});
  expect(alignNames(named("fc.weight"), [{ layer: "m.fc.weight", shape: [3, 4] }]).size).toBe(0);
});

test("a model is compared with itself in a wrapper", async () => {
  const model = (id: string, prefix: string) => ({
    id,
    tensors: () =>
      ["a", "b"].map((name) => tensorOf(`${prefix}${name}.weight`, [32, 16], gaussian(32, 16, 1, name).data)),
  });
  const { layers, totals } = await compare(model("plain", ""), model("wrapped", "_orig_mod.module."));
  expect(totals).toMatchObject({ compared: 2, identical: 2, onlyInA: 0, onlyInB: 0 });
  expect(layers[0]).toMatchObject({ layer: "_orig_mod.module.a.weight", nameInA: "a.weight" });
  expect(layers[0]!.overlaps!.at(-1)!.left.overlap).toBeCloseTo(1, 9);
});
