import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { layOut, type Program } from "../../src/autodiff/program.ts";
import type { Value } from "../../src/autodiff/value.ts";
import type { Backend, Feed } from "../../src/backends/backend.ts";
import { gpuBackend } from "../../src/backends/gpu/gpu-backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { modelOfConfig } from "../../src/models/catalogue.ts";
import type { Traced } from "../../src/models/model.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { initialState } from "../../src/train/initial-state.ts";
import { adamw } from "../../src/train/optimizers/adamw.ts";
import { stepInputs } from "../../src/train/step-inputs.ts";
import { stepProgram } from "../../src/train/step-program.ts";
import { hasGpu } from "../backends/gpu/adapter.ts";
import { type Feeding, cases as models } from "../models/reference-feeds.ts";
import { tensorsOf } from "../models/reference-fixtures.ts";
import { distance, norm } from "../models/run-values.ts";

/** Runs of scripts/fixtures/run_cases.py: the folder of the first weights, and how a batch is fed. */
const feeding = new Map(models);
const runs = [
  ["run-mlp", "run-mlp", feeding.get("vit-relu")!],
  ["run-vit", "vit-relu", feeding.get("vit-relu")!],
  ["run-gpt", "gpt2", feeding.get("gpt2")!],
] as const;

/** As run_cases.py says them. */
const batchSize = 6;
const steps = 20;
const kept = [0, 10, 19];

/**
 * Relative, of losses and norms, and of the weights at the end: float64 is seen 2e-15 off, float32 1e-6 and 2e-7; WebGPU
 * lets exponentials, quotients and roots be some units of the last place off.
 */
const backends = [
  {
    on: "float64",
    open: async (): Promise<Backend> => referenceBackend(),
    can: true,
    loss: 1e-12,
    end: 1e-12,
  },
  { on: "WebAssembly", open: (): Promise<Backend> => wasmBackend(), can: true, loss: 2e-5, end: 1e-5 },
  { on: "the GPU", open: (): Promise<Backend> => gpuBackend(), can: hasGpu, loss: 2e-5, end: 1e-5 },
];

describe.each(backends)("twenty steps as torch makes them, on $on", ({ open, can, loss, end }) => {
  let backend: Backend;
  beforeAll(async () => {
    if (can) backend = await open();
  });
  afterAll(() => backend?.dispose());

  describe.skipIf(!can).each(runs)("%s", (name, start, { options: shape, feed }) => {
    test("losses, gradients' norms and the weights at the end are torch's", async () => {
      const { traced, run } = await runOf(name, start, shape);
      const options = adamw.options.parse({
        learningRate: 0.01,
        epsilon: 1e-3,
        weightDecay: 0.1,
        clipNorm: 1,
      });
      const program = stepProgram(traced, {
        optimizer: adamw.create(options),
        options,
        rate: () => 0.01,
      });
      const from = join("test", "fixtures", "trainer", start, "checkpoint");
      const state = await initialState(
        backend,
        traced,
        program,
        { seed: 0, finetune: { from, fresh: [] } },
        null,
      );
      const whole = {
        outputs: { loss: program.loss, norm: program.gradientNorm },
        updates: program.updates,
      };
      const plan = await backend.compile(whole, state);
      const inputs = stepInputs(whole, traced, program.scheduled, 0);
      for (let step = 0; step < steps; step++) {
        const got = await plan.run({ ...feed(batchAt(run, step)), ...inputs(step) });
        for (const [each, wanted] of [
          [got.loss![0]!, run.get("losses")![step]!],
          [got.norm![0]!, run.get("norms")![step]!],
        ] as const) {
          expect(Math.abs(each / wanted - 1), `step ${step}`).toBeLessThan(loss);
        }
      }
      plan.dispose();
      for (const each of traced.parameters.keys()) {
        const wanted = run.get(`end/${each}`)!;
        const got = await backend.read(state.get(each)!);
        // Kept in float32.
        expect(distance(got, wanted), each).toBeLessThan((end + 2 ** -24) * (norm(wanted) + 1));
      }
      for (const tensor of state.values()) backend.free(tensor);
    });

    test.each(kept)("before update %i every parameter's gradient is torch's", async (step) => {
      const { traced, run } = await runOf(name, start, shape);
      const names = Array.from(traced.parameters.keys());
      const gradients = differentiate(
        traced.loss,
        names.map((each) => traced.parameters.get(each)!.value),
      );
      const pre = Array.from(traced.taps).filter(([tap]) => tap.endsWith(".preActivation"));
      expect(pre.length).toBeGreaterThan(0);
      const outputs: Record<string, Value> = {
        loss: traced.loss,
        ...Object.fromEntries(names.map((each, i) => [each, gradients[i]!])),
        ...Object.fromEntries(pre),
      };
      const weights = (each: string) => run.get(`kept/${step}/weights/${each}`)!;
      const given = feed(batchAt(run, step));
      const found = await evaluate(backend, { outputs }, weights, given);
      const exact = await evaluate(referenceBackend(), { outputs: Object.fromEntries(pre) }, weights, given);
      expect(Math.abs(found.loss![0]! / run.get(`kept/${step}/loss`)![0]! - 1)).toBeLessThan(1e-5);
      // A pre-activation that rounds to the other side of ReLU's kink moves gradients by more than rounding does.
      const kinks = pre.flatMap(([tap]) =>
        Array.from(exact[tap]!).filter((each, i) => each > 0 !== found[tap]![i]! > 0),
      );
      const wanted = (each: string) => run.get(`kept/${step}/gradients/${each}`)!;
      const total = norm(names.map((each) => norm(wanted(each))));
      const moved = names.filter(
        (each) => distance(found[each]!, wanted(each)) > 1e-4 * Math.max(norm(wanted(each)), 1e-3 * total),
      );
      expect(kinks.length).toBeLessThan(2);
      if (kinks.length === 0) expect(moved).toEqual([]);
    });
  });
});

/** A model as it was trained, and what was kept of it. */
async function runOf(name: string, start: string, shape: Feeding["options"]) {
  const config = await configAt(start);
  const model = modelOfConfig(config);
  const { sizes, sparsity } = model.fromHuggingFace(config);
  const traced: Traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
    training: true,
    labelSmoothing: 0,
    ...shape,
    batchSize,
  });
  return { traced, run: await tensorsOf(name, "run.safetensors") };
}

function configAt(start: string): unknown {
  const path = join("test", "fixtures", "trainer", start, "checkpoint", "config.json");
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The batch of a step, under the names that the fixture's inputs have. */
function batchAt(run: ReadonlyMap<string, ArrayLike<number>>, step: number): Map<string, Float64Array> {
  const inputs = Array.from(run).filter(([name]) => name.startsWith("inputs/"));
  return new Map(
    inputs.map(([name, all]) => {
      const size = all.length / steps;
      return [name, Float64Array.from({ length: size }, (_, i) => all[step * size + i]!)];
    }),
  );
}

/** A program's outputs, of parameters with these entries. */
async function evaluate(
  on: Backend,
  program: Program,
  weights: (name: string) => ArrayLike<number>,
  given: Feed,
) {
  const { parameters, inputs } = layOut(program);
  const state = new Map(
    Array.from(parameters, ([name, { shape }]) => {
      const tensor = on.alloc(shape);
      on.write(tensor, weights(name));
      return [name, tensor];
    }),
  );
  const plan = await on.compile(program, state);
  const own = Object.entries(given).filter(([name]) => inputs.has(name));
  const found = await plan.run(Object.fromEntries(own));
  plan.dispose();
  for (const tensor of state.values()) on.free(tensor);
  return found;
}
