import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { layOut } from "../../src/autodiff/program.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { gpuBackend } from "../../src/backends/gpu/gpu-backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { hasGpu } from "../backends/gpu/adapter.ts";
import { distance, drawEntries, drawFeed, norm, runValues } from "./run-values.ts";
import { tinyModels } from "./tiny-models.ts";

const everything: SparsityInput = {
  activation: "jsrelu",
  zerothBias: {},
  restrictedLayerNorm: { upliftSteps: 9 },
  synapseNoise: {},
  mixing: { steps: 8 },
};

/**
 * Of what is compared: for WebAssembly half of float32's roundings over the deepest chain of sums, far above what is seen
 * and far below a wrong kernel; WebGPU lets exponentials, quotients and roots be some units of the last place off.
 */
const backends = [
  { on: "the WebAssembly backend", open: () => wasmBackend({ threads: 1 }), can: true, tolerance: 2e-5 },
  { on: "the GPU backend", open: () => gpuBackend(), can: hasGpu, tolerance: 1e-4 },
];
const cases = backends.flatMap((each) => tinyModels.map((tiny) => ({ ...each, ...tiny })));

describe.each(cases)("$name on $on", ({ open, can, tolerance, model, sizes, feed: batch }) => {
  let backend: Backend;
  beforeAll(async () => {
    if (can) backend = await open();
  });
  afterAll(() => backend?.dispose());

  it.skipIf(!can).each([
    ["vanilla", {}, {}],
    ["with every module", everything, { lora: { rank: 2, alpha: 1 } }],
  ] as const)(
    "%s: loss, gradients and constrained entries are the reference's",
    async (_, sparsity, extra) => {
      const options = { batchSize: 2, training: true, labelSmoothing: 0.1, ...extra };
      const traced = model.trace(sizes, sparsityOptions.parse(sparsity), options);
      const parameters = Array.from(traced.parameters.values());
      const gradients = differentiate(
        traced.loss,
        parameters.map(({ value }) => value),
      );
      const constrained = parameters.flatMap(({ spec, value }) =>
        spec.constrain
          ? [
              [
                `held/${spec.name}`,
                spec.constrain(value, (name) => traced.parameters.get(name)!.value),
              ] as const,
            ]
          : [],
      );
      const outputs = {
        loss: traced.loss,
        logits: traced.logits,
        ...Object.fromEntries(traced.taps),
        ...Object.fromEntries(parameters.map(({ spec }, i) => [`gradient/${spec.name}`, gradients[i]!])),
        ...Object.fromEntries(constrained),
      };
      const entries = new Map(
        Array.from(drawEntries(traced, 1), ([name, x]) => [name, Float32Array.from(x)]),
      );
      const feed = Object.fromEntries(
        Object.entries({ ...batch(traced, 1), ...drawFeed(traced, 1, 3) }).map(([name, x]) => [
          name,
          Float32Array.from(x),
        ]),
      );
      const exact = await runValues(outputs, entries, feed as never);
      const { parameters: used, inputs } = layOut({ outputs });
      const state = new Map(
        Array.from(used, ([name, { shape }]) => {
          const tensor = backend.alloc(shape);
          backend.write(tensor, entries.get(name)!);
          return [name, tensor];
        }),
      );
      const plan = await backend.compile({ outputs }, state);
      const found = await plan.run(
        Object.fromEntries(Object.entries(feed).filter(([name]) => inputs.has(name))),
      );
      plan.dispose();
      const names = Object.keys(outputs);
      const whole = norm(
        names.filter((name) => name.startsWith("gradient")).map((name) => norm((exact as never)[name]!)),
      );
      for (const name of names) {
        const wanted = (exact as Record<string, Float64Array>)[name]!;
        const scale = name.startsWith("gradient") ? Math.max(norm(wanted), 1e-3 * whole) : norm(wanted);
        expect(distance(found[name]!, wanted), name).toBeLessThanOrEqual(tolerance * scale);
      }
    },
  );
});
