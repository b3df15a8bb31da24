import { describe, expect, test } from "vitest";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { layerDifference } from "../../src/comparison/layer-difference.ts";
import { compare, layersOf } from "../../src/index.ts";
import { censusOf } from "../../src/linalg/entry-census.ts";
import { roundingErrorRms } from "../../src/linalg/float-formats.ts";
import { gaussian } from "../noise.ts";

const [before, after] = ["before", "after"].map((name) =>
  Float32Array.from(gaussian(40, 24, 1, name).data),
) as [Float32Array, Float32Array];

/** The one layer of a tensor. */
function layerOf(data: Float32Array | Float64Array) {
  return layersOf([tensorOf("fc.weight", [40, 24], data)])[0]!;
}

describe("the difference of two layers", () => {
  test("has entries that are differences, read whole or by rows", async () => {
    const difference = layerDifference(layerOf(before), layerOf(after));
    const expected = after.map((entry, i) => entry - before[i]!);
    expect(difference.dtype).toBe("F32");
    expect((await difference.read()).data).toEqual(expected);
    const into = new Float32Array(40 * 24);
    expect((await difference.read(into)).data).toBe(into);
    expect(into).toEqual(expected);
    const rows = new Float32Array(3 * 24);
    await difference.readRows!(rows, 5);
    expect(rows).toEqual(expected.subarray(5 * 24, 8 * 24));
  });

  test("is in float64 where either is", async () => {
    const difference = layerDifference(layerOf(before), layerOf(Float64Array.from(after)));
    expect(difference.dtype).toBe("F64");
    expect((await difference.read()).data).toEqual(
      Float64Array.from(after, (entry, i) => entry - before[i]!),
    );
    const rows = new Float64Array(24);
    await difference.readRows!(rows, 39);
    expect(rows[23]).toBe(after.at(-1)! - before.at(-1)!);
  });

  test("has the rounding errors of both, as they were stored", async () => {
    const difference = layerDifference(layerOf(before), layerOf(after));
    await difference.read();
    const of = (entries: Float32Array) => roundingErrorRms(censusOf(entries), "F32");
    expect(await difference.roundingError!()).toBeCloseTo(Math.hypot(of(before), of(after)), 20);
  });
});

/** A low-rank pair, as LoRA stores it, of a 48 x 32 matrix. */
function adapter(name: string, sameAs = name) {
  return {
    id: name,
    tensors: () => [
      tensorOf("q.lora_A.weight", [4, 32], Float32Array.from(gaussian(4, 32, 1, `A ${sameAs}`).data)),
      tensorOf("q.lora_B.weight", [48, 4], Float32Array.from(gaussian(48, 4, 1, `B ${sameAs}`).data)),
    ],
  };
}

/** B A as a dense matrix. */
function product(name: string): Float64Array {
  const a = gaussian(4, 32, 1, `A ${name}`).data.map(Math.fround);
  const b = gaussian(48, 4, 1, `B ${name}`).data.map(Math.fround);
  return Float64Array.from({ length: 48 * 32 }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + b[4 * Math.floor(i / 32) + k]! * a[32 * k + (i % 32)]!, 0),
  );
}

test("low-rank factors are compared by what they make, not one by one", async () => {
  const { layers } = await compare(adapter("one"), adapter("two"));
  expect(layers).toHaveLength(1);
  const [one, two] = [product("one"), product("two")];
  const norm = Math.hypot(...two.map((entry, i) => entry - one[i]!)) / Math.hypot(...one);
  expect(layers[0]!.relativeChange).toBeCloseTo(norm, 6);
  expect(layers[0]!.change!.concentration!.rank).toBe(8);
  const [same] = (await compare(adapter("one"), adapter("copy", "one"))).layers;
  expect(same!.state).toBe("identical");
});
