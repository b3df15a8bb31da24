import { join } from "node:path";
import { expect, test } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { modelOfConfig } from "../../src/models/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { initialState } from "../../src/train/initial-state.ts";
import { adamw } from "../../src/train/optimizers/adamw.ts";
import { stepInputs } from "../../src/train/step-inputs.ts";
import { stepProgram } from "../../src/train/step-program.ts";
import { cases, type Feeding } from "../models/reference-feeds.ts";
import { modelCase } from "../models/reference-fixtures.ts";

/** Ten steps of the fixture's model on its batch, as its manifest says; losses before each step and after the last. */
async function train(backend: Backend, name: string, { options: shape, feed }: Feeding) {
  const { config, reference } = await modelCase(name);
  const model = modelOfConfig(config);
  const { sizes, sparsity } = model.fromHuggingFace(config);
  const traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
    batchSize: 3,
    training: true,
    labelSmoothing: 0,
    ...shape,
  });
  const options = adamw.options.parse({ learningRate: 0.01, weightDecay: 0.3, clipNorm: 1 });
  const program = stepProgram(traced, { optimizer: adamw.create(options), options, rate: () => 0.01 });
  const from = join("test", "fixtures", "trainer", name, "checkpoint");
  const state = await initialState(
    backend,
    traced,
    program,
    { seed: 0, finetune: { from, fresh: [] } },
    null,
  );
  const whole = { outputs: { loss: program.loss, norm: program.gradientNorm }, updates: program.updates };
  const plan = await backend.compile(whole, state);
  const inputs = stepInputs(whole, traced, program.scheduled, 0);
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step <= 10; step++) {
    const { loss, norm } = await plan.run({ ...feed(reference), ...inputs(step) });
    losses.push(loss![0]!);
    norms.push(norm![0]!);
  }
  await backend.dispose();
  return { losses, norms, reference };
}

/** Largest relative error of some numbers. */
function relativeError(got: readonly number[], wanted: ArrayLike<number>): number {
  return Math.max(...Array.from(wanted, (value, i) => Math.abs(got[i]! - value) / Math.abs(value)));
}

test.each(cases)("ten steps of AdamW with clipping are torch's, in float64: %s", async (name, feeding) => {
  const { losses, norms, reference } = await train(referenceBackend(), name, feeding);
  expect(losses).toHaveLength(reference.get("training/losses")!.length);
  // Gradients that are 0 but for rounding become whole steps of Adam, of either sign; they change nothing else.
  expect(relativeError(losses, reference.get("training/losses")!)).toBeLessThan(1e-7);
  expect(relativeError(norms, reference.get("training/norms")!)).toBeLessThan(1e-6);
});

test.each(cases)("and in float32 by WebAssembly within its rounding: %s", async (name, feeding) => {
  const { losses, reference } = await train(await wasmBackend(), name, feeding);
  expect(relativeError(losses, reference.get("training/losses")!)).toBeLessThan(1e-3);
});
