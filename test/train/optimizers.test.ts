import { expect, test } from "vitest";
import { referenceBackend } from "../../src/backends/reference.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { namedPart } from "../../src/datasets/named-part.ts";
import { optimizers } from "../../src/train/optimizers/catalogue.ts";
import { stepInputs } from "../../src/train/step-inputs.ts";
import { stepProgram } from "../../src/train/step-program.ts";
import { linearLoss } from "./linear-loss.ts";

const folder = "test/fixtures/trainer";
const shapes = { matrix: [4, 3], vector: [3] } as const;
const names = Object.keys(shapes) as (keyof typeof shapes)[];

async function tensorsOf(path: string): Promise<Map<string, Float64Array>> {
  const checkpoint = await openCheckpoint(path);
  try {
    const read = checkpoint
      .tensors()
      .map(async (each) => [each.name, Float64Array.from(await each.read())] as const);
    return new Map(await Promise.all(read));
  } finally {
    await checkpoint.close();
  }
}

/** Runs 20 steps on the fixture's gradients; gives the parameters after each. */
async function steps(choice: Record<string, unknown>, exclude: string[] = []) {
  const reference = await tensorsOf(`${folder}/optimizers/reference.safetensors`);
  const { part, options } = namedPart(optimizers, { ...choice, exclude }, "optimizer");
  const traced = linearLoss([
    { name: "matrix", shape: shapes.matrix },
    { name: "vector", shape: shapes.vector, role: "bias" },
  ]);
  const rate = () => options.learningRate;
  const program = stepProgram(traced, { optimizer: part.create(options), options, rate });
  const whole = { outputs: { norm: program.gradientNorm }, updates: program.updates };
  const backend = referenceBackend();
  const state = new Map(
    [...names.map((name) => [name, shapes[name]] as const), ...program.state].map(
      ([name, shape]) => [name, backend.alloc(shape)] as const,
    ),
  );
  for (const name of names) backend.write(state.get(name)!, reference.get(`start/${name}`)!);
  const plan = await backend.compile(whole, state);
  const inputs = stepInputs(whole, traced, program.scheduled, 0);
  const after: Record<string, number[]> = { matrix: [], vector: [] };
  for (let step = 0; step < 20; step++) {
    const gradients = names.map((name) => {
      const size = shapes[name].reduce((a: number, b) => a * b, 1);
      return [
        `gradient.${name}`,
        reference.get(`gradients/${name}`)!.subarray(step * size, (step + 1) * size),
      ];
    });
    await plan.run({ ...Object.fromEntries(gradients), ...inputs(step) });
    for (const name of names) after[name]!.push(...(await backend.read(state.get(name)!)));
  }
  return { after, reference, program };
}

const adam = { learningRate: 0.01, betas: [0.9, 0.999], epsilon: 1e-8 };
const sgd = { name: "sgd", learningRate: 0.05, weightDecay: 0.1 };

/** Options as torch 2.15.0 was given them: test/fixtures/trainer/optimizers/manifest.json. */
test.each([
  ["adamw", { name: "adamw", ...adam, weightDecay: 0.3 }],
  ["adamw_other", { name: "adamw", learningRate: 0.003, betas: [0.8, 0.95], epsilon: 0.001 }],
  ["adam", { name: "adam", ...adam }],
  ["adam_l2", { name: "adam", ...adam, weightDecay: 0.3 }],
  ["sgd", sgd],
  ["sgd_momentum", { ...sgd, momentum: 0.9 }],
  ["sgd_nesterov", { ...sgd, momentum: 0.9, nesterov: true }],
])("20 steps are those of torch: %s", async (run, choice) => {
  const { after, reference } = await steps(choice);
  for (const name of names) {
    const expected = reference.get(`${run}/${name}`)!;
    expect(after[name]).toHaveLength(expected.length);
    // Rounding of float64, some operations each of 20 steps; Adam divides by the root of averages near 1e-8.
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(after[name]![i]! - value)).toBeLessThan(1e-11 * Math.max(1, Math.abs(value)));
    }
  }
});

test("a role that is excluded doesn't decay, the others do", async () => {
  const decayed = { name: "adamw", ...adam, weightDecay: 0.3 };
  const { after, reference } = await steps(decayed, ["bias"]);
  const { after: without } = await steps({ ...decayed, weightDecay: 0 });
  expect(after.vector).toEqual(without.vector);
  expect(after.matrix).not.toEqual(without.matrix);
  expect(after.matrix!.at(-1)).toBeCloseTo(reference.get("adamw/matrix")!.at(-1)!, 10);
});

test.each(["clip", "clip_idle"])("gradients are clipped as by torch's clip_grad_norm_: %s", async (run) => {
  const reference = await tensorsOf(`${folder}/functions/reference.safetensors`);
  const of = (name: string) => reference.get(`${run}/${name}`)!;
  const traced = linearLoss([
    { name: "a", shape: [4, 3] },
    { name: "b", shape: [5] },
  ]);
  // Plain descent from 0 at rate 1: the weights become minus the clipped gradients.
  const { part, options } = namedPart(
    optimizers,
    { name: "sgd", learningRate: 1, clipNorm: of("max_norm")[0] },
    "optimizer",
  );
  const program = stepProgram(traced, { optimizer: part.create(options), options, rate: () => 1 });
  const whole = { outputs: { norm: program.gradientNorm }, updates: program.updates };
  const backend = referenceBackend();
  const state = new Map(
    Array.from(traced.parameters, ([name, { spec }]) => [name, backend.alloc(spec.shape)] as const),
  );
  const plan = await backend.compile(whole, state);
  const inputs = stepInputs(whole, traced, program.scheduled, 0)(0);
  const { norm } = await plan.run({ "gradient.a": of("a"), "gradient.b": of("b"), ...inputs });
  expect(norm![0]).toBeCloseTo(of("norm")[0]!, 12);
  for (const name of ["a", "b"]) {
    const expected = of(`clipped_${name}`);
    const got = await backend.read(state.get(name)!);
    for (const [i, value] of expected.entries()) expect(-got[i]!).toBeCloseTo(value, 12);
  }
});
