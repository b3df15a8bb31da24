import fc from "fast-check";
import { expect, test } from "vitest";
import { constant } from "../../src/autodiff/leaves.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { blockMeters } from "../../src/train/meters.ts";
import { linearLoss } from "./linear-loss.ts";

/** The meters of one block with these activations and pre-activations, an example a row. */
async function measured(activation: string | { name: string }, a: number[][], p: number[][]) {
  const shape = [a.length, 1, a[0]!.length];
  const traced = {
    ...linearLoss([{ name: "w", shape: [1] }]),
    taps: new Map([
      ["block.0.mlp.activation", constant(a.flat(), shape)],
      ["block.0.mlp.preActivation", constant(p.flat(), shape)],
    ]),
    blocks: [{ tap: "block.0.mlp", key: "k", value: "v", gate: null, activation: "relu" }],
  };
  const [meter] = blockMeters(traced, a.length, () => createActivation(activation));
  const { activatedRatio, derivativeSparsity } = meter!;
  const plan = await referenceBackend().compile(
    { outputs: { activatedRatio, derivativeSparsity } },
    new Map(),
  );
  const read = await plan.run({});
  return { active: Array.from(read.activatedRatio!), flat: Array.from(read.derivativeSparsity!) };
}

/** The case of method.md S3, with an example a row: a > 0 is active for ReLU, a != 0 for two-sided functions. */
const A = [
  [0, 1],
  [-2, 0],
];

test("active means a > 0 for a one-sided function, a != 0 for another", async () => {
  expect((await measured("relu", A, A)).active).toEqual([0.5, 0]);
  expect(
    (await measured({ name: "s-shaped", inner: "relu", h: 1 } as { name: string }, A, A)).active,
  ).toEqual([0.5, 0.5]);
});

test("flat pre-activations are those of habitat x, its ends included", async () => {
  expect(
    (
      await measured("relu", A, [
        [0, 1e-30],
        [-1, 3],
      ])
    ).flat,
  ).toEqual([0.5, 0.5]);
  const twoSided = { name: "s-shaped", inner: "relu", h: 1 } as { name: string };
  expect(
    (
      await measured(twoSided, A, [
        [-1, 1],
        [-1.001, 0],
      ])
    ).flat,
  ).toEqual([1, 0.5]);
});

test("for ReLU the shares of active entries and of flat pre-activations add up to 1", async () => {
  const entry = fc.double({ min: -3, max: 3, noNaN: true });
  const rows = fc.array(fc.array(entry, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, async (p) => {
      const { active, flat } = await measured(
        "relu",
        p.map((row) => row.map((x) => Math.max(0, x))),
        p,
      );
      for (const [i, share] of active.entries()) expect(share + flat[i]!).toBeCloseTo(1, 14);
    }),
  );
});
