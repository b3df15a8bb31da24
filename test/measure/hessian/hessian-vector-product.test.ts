import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/backends/backend.ts";
import { wasmBackend } from "../../../src/backends/wasm/wasm-backend.ts";
import { randomStream } from "../../../src/linalg/random.ts";
import {
  hessianVectorProduct,
  NonFiniteProductError,
} from "../../../src/measure/hessian/hessian-vector-product.ts";
import { distance, norm } from "../../models/run-values.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { partOf, productByDifferences, tinyPart } from "./parts.ts";

let wasm: Backend;
beforeAll(async () => {
  wasm = await wasmBackend({ threads: 1 });
});
afterAll(() => wasm.dispose());

const drawn = (length: number, purpose: string) => {
  const { normal } = randomStream(5, [purpose]);
  return new Float64Array(length).map(() => normal());
};
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, each, i) => sum + each * b[i]!, 0);

/** Smooth, so that differences have no kinks in them. */
const smooth = {
  sparsity: { activation: "gelu" },
  labelSmoothing: 0.1,
  batches: 2,
  lastExamples: 1,
} as const;

describe.each(tinyModels)("$name", (tiny) => {
  it("has the Hessian's products that differences of gradients have, over batches of 2 and 1 examples", async () => {
    const { part, entries, batches } = tinyPart(tiny, smooth);
    const product = await hessianVectorProduct(part, batches);
    const v = drawn(product.dimension, "v").map((each) => each / Math.sqrt(product.dimension));
    const exact = await product.multiply(v);
    // Of order 4 with steps of 1e-3: up to 2e-10 is seen.
    const seen = await productByDifferences(part, entries, batches, v, 1e-3);
    expect(norm(exact)).toBeGreaterThan(1e-3);
    expect(distance(exact, seen)).toBeLessThan(1e-8 * norm(exact));
    expect(product.shares).toEqual([2 / 3, 1 / 3]);
    const own = [await product.ofBatch(0, v), await product.ofBatch(1, v)];
    const mean = exact.map((_, i) => (2 * own[0]![i]! + own[1]![i]!) / 3);
    expect(distance(exact, mean)).toBeLessThan(1e-13 * norm(exact));
  });

  it("is symmetric, and has blocks that are its own", async () => {
    const { part, batches } = tinyPart(tiny, { sparsity: { activation: "jsrelu" } });
    const whole = await hessianVectorProduct(part, batches);
    const [u, v] = [drawn(whole.dimension, "u"), drawn(whole.dimension, "v")];
    const [hu, hv] = [await whole.multiply(u), await whole.multiply(v)];
    expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(1e-12 * norm(u) * norm(hv));
    const name = part.traced.blocks.at(-1)!.key;
    const block = await hessianVectorProduct(part, batches, { parameters: [name] });
    const { start, end } = whole.stretches.get(name)!;
    const within = new Float64Array(whole.dimension);
    within.set(v.subarray(start, end), start);
    const expected = (await whole.multiply(within)).subarray(start, end);
    const own = await block.multiply(v.slice(start, end));
    expect(norm(own)).toBeGreaterThan(0);
    expect(distance(own, expected)).toBeLessThan(1e-12 * norm(own));
  });

  it("is the reference's on the WebAssembly backend, to float32's rounding", async () => {
    const reference = tinyPart(tiny);
    const other = tinyPart(tiny, { backend: wasm });
    const exact = await hessianVectorProduct(reference.part, reference.batches);
    const fast = await hessianVectorProduct(other.part, other.batches);
    const v = drawn(exact.dimension, "v").map(Math.fround);
    const [a, b] = [await exact.multiply(v), await fast.multiply(v)];
    fast.dispose();
    // Half of float32's roundings over the deepest chain of sums; up to 3e-6 is seen.
    expect(distance(a, b)).toBeLessThan(2e-5 * norm(a));
  });
});

it("tells of weights that are not finite", async () => {
  const { part, entries, batches } = tinyPart(tinyModels[3]!);
  const name = part.traced.blocks[0]!.key;
  const broken = new Map(entries).set(name, Float64Array.from(entries.get(name)!).fill(Number.NaN, 0, 1));
  const product = await hessianVectorProduct(
    partOf(part.traced, { entries: broken, batches, batchSize: 2 }),
    batches,
  );
  await expect(product.multiply(drawn(product.dimension, "v"))).rejects.toThrow(NonFiniteProductError);
});
