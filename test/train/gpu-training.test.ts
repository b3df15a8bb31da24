import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { layOut } from "../../src/autodiff/program.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { gpuBackend } from "../../src/backends/gpu/gpu-backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { modelOfConfig } from "../../src/models/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import type { RecipeInput } from "../../src/train/recipe.ts";
import { train } from "../../src/train/train.ts";
import { describeGpu } from "../backends/gpu/adapter.ts";
import { cases } from "../models/reference-feeds.ts";
import { modelCase, tensorsAt } from "../models/reference-fixtures.ts";
import { distance, norm } from "../models/run-values.ts";
import { metricsOf, runFolders, toy } from "./toy.ts";

const newFolder = runFolders();

/** Twenty steps; Adam with an epsilon that keeps rounding errors in gradients near 0 from becoming whole steps. */
const common = {
  optimizer: { name: "adamw", learningRate: 0.003, epsilon: 1e-3, weightDecay: 0.1, clipNorm: 1 },
  schedule: { name: "cosine", warmup: 2 },
  steps: 20,
  logEvery: 1,
  evaluateEvery: 20,
  evaluateBatches: 2,
  checkpointEvery: 20,
} as const;

const recipes: readonly RecipeInput[] = [
  { ...toy, ...common, name: "mlp", batchSize: 32, model: { kind: "mlp", width: 40, depth: 2 } },
  {
    ...common,
    name: "vit",
    seed: 3,
    data: { name: "digits" },
    model: { kind: "vit", patchSize: 2, width: 16, depth: 2, heads: 2 },
    sparsity: {
      activation: "jsrelu",
      zerothBias: { placement: "input", clip: 0.1 },
      restrictedLayerNorm: { upliftSteps: 10 },
      synapseNoise: { rho: 0.01 },
    },
    batchSize: 16,
  },
  {
    ...common,
    name: "gpt",
    seed: 3,
    data: { name: "text", tokenizer: "characters" },
    model: { kind: "gpt", contextLength: 24, width: 16, depth: 2, heads: 2 },
    sparsity: { activation: "relu" },
    batchSize: 4,
  },
];

describeGpu("training on the GPU", () => {
  let gpu: Backend;
  beforeAll(async () => {
    gpu = await gpuBackend();
  });
  afterAll(() => gpu.dispose());

  test.each(cases)("every parameter's gradient is torch's: %s", async (name, { options, feed }) => {
    const { config, weights, reference } = await modelCase(name);
    const model = modelOfConfig(config);
    const { sizes, sparsity } = model.fromHuggingFace(config);
    const traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
      batchSize: 3,
      training: true,
      labelSmoothing: 0,
      ...options,
    });
    const names = Array.from(traced.parameters.keys());
    const gradients = differentiate(
      traced.loss,
      names.map((each) => traced.parameters.get(each)!.value),
    );
    const outputs = Object.fromEntries(names.map((each, i) => [each, gradients[i]!]));
    const { parameters, inputs } = layOut({ outputs });
    const state = new Map(
      Array.from(parameters, ([each, { shape }]) => {
        const tensor = gpu.alloc(shape);
        gpu.write(tensor, weights.get(each)!);
        return [each, tensor];
      }),
    );
    const plan = await gpu.compile({ outputs }, state);
    const given = Object.entries(feed(reference)).filter(([each]) => inputs.has(each));
    const found = await plan.run(Object.fromEntries(given));
    plan.dispose();
    const wanted = (each: string) => reference.get(`gradients/${each}`)!;
    const whole = norm(names.map((each) => norm(wanted(each))));
    // A pre-activation that rounds to the other side of ReLU's kink would move a gradient by more: none does.
    const moved = names.filter((each) => {
      const bound = 1e-4 * Math.max(norm(wanted(each)), 1e-3 * whole);
      return distance(found[each]!, wanted(each)) > bound;
    });
    expect(moved).toEqual([]);
  });

  test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
    "twenty steps are those of the CPU: %s",
    async (_, recipe) => {
      const cpu = await wasmBackend();
      const [onGpu, onCpu] = [newFolder(), newFolder()];
      await train({ recipe, backend: gpu, out: onGpu });
      await train({ recipe, backend: cpu, out: onCpu });
      await cpu.dispose();
      const [got, wanted] = [metricsOf(onGpu), metricsOf(onCpu)];
      expect(got.map(({ step, split }) => [step, split])).toEqual(
        wanted.map(({ step, split }) => [step, split]),
      );
      for (const [i, line] of wanted.entries()) {
        const [mine, theirs] = [got[i]!.loss as number, line.loss as number];
        expect(Math.abs(mine / theirs - 1), `step ${line.step}`).toBeLessThan(1e-4);
      }
      const file = ["checkpoints", "step-000020", "model.safetensors"];
      const [ours, others] = await Promise.all([onGpu, onCpu].map((out) => tensorsAt(join(out, ...file))));
      for (const [name, entries] of others!) {
        expect(distance(ours!.get(name)!, entries), name).toBeLessThan(1e-3 * norm(entries) + 1e-4);
      }
    },
  );
});
