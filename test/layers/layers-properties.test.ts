import fc from "fast-check";
import { expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { entryCount } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

const words = [
  "h",
  "0",
  "10",
  "layers",
  "experts",
  "moe",
  "conv1",
  "norm",
  "weight",
  "bias",
  "kernel",
  "attn",
  "query",
];
const name = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom(...words), { maxLength: 6 })
    .chain((parts) => fc.constantFrom(".", "/").map((separator) => parts.join(separator))),
);
const shape = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 64, 65)), {
  maxLength: 4,
});
const dtype = fc.constantFrom("F32" as const, "BF16" as const, "I64" as const, "BOOL" as const);
const storage = fc.constantFrom(null, "a", "b");

const tensor = fc.record({ name, shape, dtype, storage }).map(
  (description): Tensor => ({
    ...description,
    sizeBytes: 4 * entryCount(description.shape),
    file: "",
    read: async (start = 0, end = entryCount(description.shape)) => new Float32Array(end - start),
  }),
);

test("every tensor becomes at least one layer, in order, with distinct names, and loses no entry", () => {
  fc.assert(
    fc.property(fc.array(tensor, { maxLength: 8 }), fc.option(name, { nil: "*" }), (tensors, glob) => {
      const layers = layersOf(tensors, glob === "" ? {} : { include: [glob] });
      expect(new Set(layers.map(({ layer }) => layer)).size).toBe(layers.length);

      const rest = [...layers];
      for (const { name, shape } of tensors) {
        let entries = 0;
        do {
          const layer = rest.shift()!;
          expect(layer.tensor).toBe(name);
          entries += entryCount(layer.shape);
          if (layer.skip === null) expect(entryCount(layer.matrixShape!)).toBe(entryCount(layer.shape));
        } while (entries < entryCount(shape));
        expect(entries).toBe(entryCount(shape));
      }
      expect(rest).toEqual([]);
    }),
    { seed: 20240229, numRuns: 500 },
  );
});

test("a layer's matrix has as many entries as its shape says", async () => {
  await fc.assert(
    fc.asyncProperty(tensor, async (one) => {
      for (const layer of layersOf([one])) {
        if (layer.skip !== null) continue;
        const { rows, columns, data } = await layer.read();
        expect([rows, columns]).toEqual(layer.matrixShape);
        expect(data.length).toBe(rows * columns);
      }
    }),
    { seed: 20240301, numRuns: 200 },
  );
});
