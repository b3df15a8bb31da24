import { expect, test } from "vitest";
import { parameter } from "../../../src/autodiff/leaves.ts";
import { contraction } from "../../../src/autodiff/ops/contraction.ts";
import { type GpuBackendOptions, gpuBackend } from "../../../src/backends/gpu/gpu-backend.ts";
import { portableId } from "../../../src/backends/gpu/products/autotune.ts";
import { describeGpu } from "./adapter.ts";

/** How a backend computes products of three shapes, the first two of one kind. */
async function waysOf(options: GpuBackendOptions): Promise<readonly string[]> {
  const backend = await gpuBackend(options);
  const shapes = [
    [40, 30, 50],
    [41, 29, 52],
    [3, 200, 4],
  ] as const;
  const leaves = shapes.flatMap(([m, k, n], i) => [parameter(`a${i}`, [m, k]), parameter(`b${i}`, [n, k])]);
  const outputs = Object.fromEntries(
    shapes.map((_, i) => [`y${i}`, contraction(leaves[2 * i]!, leaves[2 * i + 1]!, "mk,nk->mn")]),
  );
  const state = new Map(
    leaves.map(({ shape, attributes }) => [(attributes as { name: string }).name, backend.alloc(shape)]),
  );
  const { kernels } = await backend.compile({ outputs }, state);
  await backend.dispose();
  return kernels;
}

describeGpu("the choice among ways to compute products", () => {
  test("is measured once a kind, and kept by the name of the adapter", async () => {
    const tuning = new Map<string, string>();
    let looks = 0;
    const clock = () => performance.now() + looks++;
    const found = await waysOf({ tuning, clock });
    expect(tuning.size).toBe(2);
    expect(found[0]).toBe(found[1]);
    for (const way of found)
      expect(Array.from(tuning.values())).toContain(way.replace("contraction by ", ""));
    const before = looks;
    expect(before).toBeGreaterThan(0);
    expect(await waysOf({ tuning, clock })).toEqual(found);
    expect(looks).toBe(before);
  });

  test("is gpu.js's without a clock, and where what was kept isn't known", async () => {
    const portable = Array(3).fill(`contraction by ${portableId}`);
    expect(await waysOf({})).toEqual(portable);
    const strange = { get: () => "tile-of-tomorrow", set() {} };
    expect(await waysOf({ tuning: strange, clock: () => 0 })).toEqual(portable);
  });
});
