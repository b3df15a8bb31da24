import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { mlpExecution } from "../../src/backends/wasm/mlp-execution.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { UsageError } from "../../src/errors.ts";
import { partPlan } from "../../src/measure/measured-part.ts";
import { blockWeights } from "../../src/measure/sparse-execution/block-weights.ts";
import { sparseExecutionSchema } from "../../src/measure/sparse-execution/sparse-execution.ts";
import { timeSparseExecution } from "../../src/measure/sparse-execution/time-sparse-execution.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { type TinyModel, tinyModels } from "../models/tiny-models.ts";
import { tinyPart } from "./tiny-part.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await wasmBackend({ threads: 1 });
});
afterAll(() => backend.dispose());

/** One batch of a tiny model with drawn weights, of which one example only fills up. */
const partOf = (tiny: TinyModel, activation = "relu") =>
  tinyPart(tiny, {
    backend,
    batchSize: 3,
    count: 1,
    lastExamples: 2,
    sparsity: { activation, zerothBias: {} },
    scale: 2,
  });

describe.each(tinyModels)("blocks of $name", (tiny) => {
  test.each(["relu", "jsrelu"])(
    "executed apart from their model give its outputs, %s",
    async (activation) => {
      const part = partOf(tiny, activation);
      const { traced } = part;
      const plan = await partPlan(part, { outputs: Object.fromEntries(traced.taps) });
      const taps = await plan.run(await part.batch(0));
      plan.dispose();
      for (const block of traced.blocks) {
        const weights = await blockWeights(part, block, createActivation(activation));
        if (typeof weights === "string") {
          expect(weights).toMatch(block.value === null ? /no value matrix/ : /gated/);
          continue;
        }
        const wanted = taps[`${block.tap}.output`]!;
        const { output, activeShare } = mlpExecution(weights).run(taps[`${block.tap}.input`]!, "skipping");
        const a = taps[`${block.tap}.activation`]!;
        expect(activeShare).toBeCloseTo(a.filter((each) => each !== 0).length / a.length, 10);
        const largest = Math.max(...wanted.map(Math.abs));
        // Sums of some ten products in float32, twice.
        for (const [i, each] of wanted.entries())
          expect(Math.abs(output[i]! - each)).toBeLessThan(4e-6 * largest);
      }
    },
  );
});

test("each block is timed with both ways, by the clock that is given", async () => {
  const part = partOf(tinyModels.find(({ name }) => name === "gpt")!);
  let now = 0;
  const results = await timeSparseExecution(part, {
    // A millisecond from one look to the next.
    clock: () => now++ / 1000,
    rounds: 2,
    decoded: 3,
  });
  expect(results.length).toBe(part.traced.blocks.length);
  for (const { execution, reason } of results) {
    expect(reason).toBeNull();
    expect(sparseExecutionSchema.parse(execution)).toEqual(execution);
    const { activeShare, theoreticalSpeedup, batch, decoding, ...rest } = execution!;
    // Two examples of five tokens; the third only fills up. 2 * 10 * 10 * 12 operations in 2 ms.
    expect(rest).toEqual({
      tokens: 10,
      inputs: 6,
      neurons: 10,
      outputs: 6,
      difference: 0,
      denseGigaflops: expect.closeTo(2400 / 2e6, 12),
    });
    expect(activeShare).toBeGreaterThan(0.1);
    expect(activeShare).toBeLessThan(0.9);
    expect(theoreticalSpeedup).toBeCloseTo(2 / (1 + activeShare), 12);
    for (const { dense, skipping, speedup, valueSpeedup } of [batch, decoding]) {
      expect(dense.milliseconds).toBeCloseTo(4, 9);
      expect(skipping.milliseconds).toBeCloseTo(5, 9);
      expect(speedup).toBeCloseTo(4 / 5, 9);
      expect(valueSpeedup).toBeCloseTo(1 / 2, 9);
    }
  }
});

test("a clock that stands still gives no speeds; blocks that can't be executed a reason", async () => {
  const clock = () => 0;
  const still = await timeSparseExecution(partOf(tinyModels.find(({ name }) => name === "gpt")!), {
    clock,
  });
  expect(still[0]!.execution).toMatchObject({
    denseGigaflops: null,
    batch: { speedup: null, valueSpeedup: null },
  });
  const gated = await timeSparseExecution(partOf(tinyModels.find(({ name }) => name.includes("gated"))!), {
    clock,
  });
  expect(gated.map(({ reason }) => reason)).toEqual(
    gated.map(() => "activations of a gated block are multiplied before its value matrix"),
  );
  await expect(timeSparseExecution(partOf(tinyModels[0]!), { clock, rounds: 0 })).rejects.toThrow(UsageError);
});
