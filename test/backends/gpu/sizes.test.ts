import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parameter } from "../../../src/autodiff/leaves.ts";
import { add } from "../../../src/autodiff/ops/add.ts";
import { broadcastTo, sum, sumTo } from "../../../src/autodiff/ops/broadcasting.ts";
import { concatenate } from "../../../src/autodiff/ops/concatenate.ts";
import { contraction } from "../../../src/autodiff/ops/contraction.ts";
import { gather, scatterAddOp } from "../../../src/autodiff/ops/gather.ts";
import { logSoftmax } from "../../../src/autodiff/ops/log-softmax.ts";
import { permute } from "../../../src/autodiff/ops/permute.ts";
import { slice } from "../../../src/autodiff/ops/slice.ts";
import { type Shape, sizeOf } from "../../../src/autodiff/shape.ts";
import { apply, type Value } from "../../../src/autodiff/value.ts";
import type { Backend } from "../../../src/backends/backend.ts";
import { type GpuBackend, gpuBackend } from "../../../src/backends/gpu/gpu-backend.ts";
import { portableId } from "../../../src/backends/gpu/products/autotune.ts";
import { productKernels } from "../../../src/backends/gpu/products/catalogue.ts";
import { referenceBackend } from "../../../src/backends/reference.ts";
import { randomStream } from "../../../src/linalg/random.ts";
import { describeGpu } from "./adapter.ts";

/** Entries of a value of parameters p0, p1 ... */
async function compute(
  on: Backend,
  of: (leaves: Value[]) => Value,
  shapes: readonly Shape[],
  entries: readonly ArrayLike<number>[],
): Promise<Float32Array | Float64Array> {
  const leaves = shapes.map((shape, place) => parameter(`p${place}`, shape));
  const state = new Map(leaves.map(({ shape }, place) => [`p${place}`, on.alloc(shape)]));
  for (const [place, each] of entries.entries()) on.write(state.get(`p${place}`)!, each);
  const plan = await on.compile({ outputs: { y: of(leaves) } }, state);
  const { y } = await plan.run({});
  plan.dispose();
  for (const tensor of state.values()) on.free(tensor);
  return y!;
}

/** Entries of some shapes, float32, uniform in [-1, 1). */
function draw(shapes: readonly Shape[], seed: number): Float32Array[] {
  const { uniform } = randomStream(seed, ["sizes"]);
  return shapes.map((shape) => new Float32Array(sizeOf(shape)).map(() => 2 * uniform() - 1));
}

function farthest(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(got.length).toBe(wanted.length);
  return Array.from(wanted).reduce((most, each, i) => Math.max(most, Math.abs(each - got[i]!)), 0);
}

describeGpu("sizes on the GPU", () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await gpuBackend();
  });
  afterAll(() => backend.dispose());

  describe("loops of more than 1000 rounds end where they should", () => {
    test.each<[string, (leaves: Value[]) => Value, Shape[]]>([
      ["rows of 3001", ([x]) => logSoftmax(x!), [[3, 3001]]],
      ["sums of 3001 rows", ([x]) => sumTo(x!, [5]), [[3001, 5]]],
      ["sums along two axes", ([x]) => sumTo(x!, [1, 7, 1]), [[1300, 7, 131]]],
      [
        "products over 3001",
        ([a, b]) => contraction(a!, b!, "mk,nk->mn"),
        [
          [3, 3001],
          [5, 3001],
        ],
      ],
    ])("%s", async (_, of, shapes) => {
      const entries = draw(shapes, 1);
      const got = await compute(backend, of, shapes, entries);
      const wanted = await compute(referenceBackend(), of, shapes, entries);
      // Sums of 3001 numbers of size 1 at most, or blocks of them.
      expect(farthest(got, wanted)).toBeLessThan(2 ** -24 * 3001);
    });

    test("rows that 2500 others are added to", async () => {
      const shapes = [[2500, 3], [2500]];
      const values = draw([[2500, 3]], 2)[0]!;
      const places = new Float32Array(2500).map((_, i) => (i * i) % 7);
      const of = ([x, p]: Value[]) => apply(scatterAddOp, [x!, p!], { rows: 8 });
      const got = await compute(backend, of, shapes, [values, places]);
      const wanted = await compute(referenceBackend(), of, shapes, [values, places]);
      expect(farthest(got, wanted)).toBeLessThan(2 ** -24 * 2500);
      // Nothing falls to the last row.
      expect(Array.from(got.slice(21))).toEqual([0, 0, 0]);
    });
  });

  test("more inputs than a kernel binds are joined by several", async () => {
    const shapes = Array.from({ length: 43 }, (_, i) => [2, 1 + (i % 3), 2]);
    const entries = draw(shapes, 3);
    const of = (leaves: Value[]) => concatenate(leaves, 1);
    const got = await compute(backend, of, shapes, entries);
    expect(farthest(got, await compute(referenceBackend(), of, shapes, entries))).toBe(0);
  });

  describe("arrays of more than 2^24 entries, whose places float32 doesn't have", () => {
    const side = 4099;
    const shape = [side, side];
    const place = (i: number) => (i * 7919) % 8191;

    test("entry by entry, turned, cut and repeated", async () => {
      expect(sizeOf(shape)).toBeGreaterThan(2 ** 24);
      const x = new Float32Array(sizeOf(shape)).map((_, i) => place(i));
      const v = new Float32Array(side).map((_, i) => i);
      const of = ([a, b]: Value[]) => {
        const turned = permute(add(a!, broadcastTo(b!, shape)), [1, 0]);
        return slice(turned, 0, side - 3, 3);
      };
      const got = await compute(backend, of, [shape, [side]], [x, v]);
      const wanted = new Float32Array(3 * side).map((_, i) => {
        const [row, column] = [side - 3 + Math.floor(i / side), i % side];
        return place(column * side + row) + row;
      });
      expect(farthest(got, wanted)).toBe(0);
    });

    test("summed, and rows of a table", async () => {
      const ones = new Float32Array(sizeOf(shape)).fill(1);
      const total = await compute(backend, ([x]) => sum(x!), [shape], [ones]);
      // 16 801 801 is odd, so float32 has it by half of its spacing there, 2.
      expect(Math.abs(total[0]! - side * side)).toBeLessThanOrEqual(1);
      const x = ones.map((_, i) => place(i));
      const rows = Float32Array.of(side - 1, 0, side, -1);
      const got = await compute(backend, ([a, b]) => gather(a!, b!), [shape, [4]], [x, rows]);
      const wanted = new Float32Array(4 * side).map((_, i) => {
        if (i >= 2 * side) return 0;
        return i < side ? place((side - 1) * side + i) : place(i - side);
      });
      expect(farthest(got, wanted)).toBe(0);
    });
  });

  describe.each([portableId, ...productKernels.map(({ id }) => id)])("matrix products by %s", (product) => {
    let fixed: GpuBackend;
    beforeAll(async () => {
      fixed = await gpuBackend({ product });
    });
    afterAll(() => fixed.dispose());

    // Of odd sizes; a software driver takes seconds to compile a shader with barriers, so there are few.
    test.each([
      ["mk,kn->mn", { m: 67, n: 41, k: 33 }],
      ["bkhm,bkhn->bhmn", { b: 2, h: 3, m: 19, n: 70, k: 18 }],
      ["mbk,ckn->mbcn", { m: 1, b: 3, c: 2, n: 5, k: 17 }],
      ["bmk,bnk->mn", { m: 9, b: 3, n: 66, k: 4 }],
    ])("%s", async (form, sizes: Record<string, number>) => {
      const shapes = form
        .slice(0, form.indexOf("-"))
        .split(",")
        .map((names) => Array.from(names, (letter) => sizes[letter]!));
      const entries = draw(shapes, 4);
      const of = ([a, b]: Value[]) => contraction(a!, b!, form);
      const got = await compute(fixed, of, shapes, entries);
      const wanted = await compute(referenceBackend(), of, shapes, entries);
      // Sums of 33 products at most.
      expect(farthest(got, wanted)).toBeLessThan(2 ** -24 * 33);
    });
  });
});
