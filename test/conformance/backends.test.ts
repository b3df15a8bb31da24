import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ops } from "../../dist/autodiff/catalogue.js";
import { parameter } from "../../dist/autodiff/leaves.js";
import { apply, type Op } from "../../dist/autodiff/value.js";
import type { Backend } from "../../dist/backends/backend.js";
import { gpuKernels } from "../../dist/backends/gpu/catalogue.js";
import { gpuBackend } from "../../dist/backends/gpu/gpu-backend.js";
import { wasmKernels } from "../../dist/backends/wasm/catalogue.js";
import { wasmBackend } from "../../dist/backends/wasm/wasm-backend.js";
import { runsVariant } from "../../src/kernels/kernels.ts";
import { drawInputs } from "../autodiff/draw-inputs.ts";
import { describeGpu } from "../backends/gpu/adapter.ts";

/** Unit roundoff of float32. */
const eps = 2 ** -24;

test.each([
  ["WebAssembly", wasmKernels],
  ["WebGPU", gpuKernels],
] as const)("every op has one kernel in %s", (_, kernels) => {
  const names = kernels.map(({ op }) => op.name);
  expect(names.toSorted()).toEqual(ops.map(({ name }) => name).toSorted());
});

describe.each([
  ["plain", 1],
  ["plain", 2],
  ["relaxed", 1],
  ["relaxed", 2],
] as const)("wasm-%s on %i threads", (variant, threads) => {
  describe.skipIf(!runsVariant(variant))("computes", () => {
    test.each(ops.map((op) => [op.name, op] as const))("the trials of %s", async (_, op) => {
      await onBackend(wasmBackend({ variant, threads }), (backend) => computesTrials(backend, op));
    });
  });
});

describeGpu("gpu computes", () => {
  let gpu: Backend;
  beforeAll(async () => {
    gpu = await gpuBackend();
  });
  afterAll(() => gpu.dispose());

  test.each(ops.map((op) => [op.name, op] as const))("the trials of %s", async (_, op) => {
    await computesTrials(gpu, op);
  });
});

async function onBackend(opening: Promise<Backend>, use: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await opening;
  try {
    await use(backend);
  } finally {
    await backend.dispose();
  }
}

async function computesTrials(backend: Backend, op: Op<unknown>): Promise<void> {
  for (const [index, trial] of op.trials.entries()) {
    const entries = drawInputs(op, trial, index).map((each) => Float64Array.from(each, Math.fround));
    const leaves = trial.shapes.map((shape, place) => parameter(`p${place}`, shape));
    const state = new Map(leaves.map(({ shape }, place) => [`p${place}`, backend.alloc(shape)]));
    for (const [place, each] of entries.entries()) backend.write(state.get(`p${place}`)!, each);
    const value = apply(op, leaves, trial.attributes);
    const plan = await backend.compile({ outputs: { value } }, state);
    const { value: got } = await plan.run({});
    const expected = op.evaluate(entries, value);
    const norm = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    expect(got!.length).toBe(expected.length);
    // At most some 40 roundings of numbers of the size of the largest.
    for (const [i, each] of expected.entries()) {
      const difference = Math.abs(got![i]! - each);
      expect(difference, `trial ${index}, entry ${i}: ${got![i]} for ${each}`).toBeLessThan(40 * eps * norm);
    }
    plan.dispose();
    for (const tensor of state.values()) backend.free(tensor);
  }
}
