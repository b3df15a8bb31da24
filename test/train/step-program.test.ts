import { expect, test } from "vitest";
import { constant } from "../../src/autodiff/leaves.ts";
import { linear } from "../../src/autodiff/ops/linear.ts";
import { maximum } from "../../src/autodiff/ops/minimum.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { ParameterSpec } from "../../src/models/model.ts";
import { sgd } from "../../src/train/optimizers/sgd.ts";
import { stepInputs } from "../../src/train/step-inputs.ts";
import { stepProgram } from "../../src/train/step-program.ts";
import { linearLoss } from "./linear-loss.ts";

/** One step of plain descent at rate 1 from given numbers, on given gradients: w - g, then constraints. */
async function stepped(
  parameters: readonly (Partial<ParameterSpec> & { name: string; w: number; g: number })[],
): Promise<Record<string, number>> {
  const traced = linearLoss(parameters.map((each) => ({ shape: [1], ...each })));
  const options = sgd.options.parse({ learningRate: 1 });
  const program = stepProgram(traced, { optimizer: sgd.create(options), options, rate: () => 1 });
  const backend = referenceBackend();
  const state = new Map(parameters.map(({ name }) => [name, backend.alloc([1])]));
  for (const { name, w } of parameters) backend.write(state.get(name)!, [w]);
  const whole = { outputs: { loss: program.loss }, updates: program.updates };
  const plan = await backend.compile(whole, state);
  const feed = Object.fromEntries(parameters.map(({ name, g }) => [`gradient.${name}`, [g]]));
  await plan.run({ ...feed, ...stepInputs(whole, traced, program.scheduled, 0)(0) });
  const read = parameters.map(
    async ({ name }) => [name, (await backend.read(state.get(name)!))[0]!] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

const atLeastOne: ParameterSpec["constrain"] = (next) => maximum(next, constant(1));

test("constraints hold after the step", async () => {
  expect(await stepped([{ name: "w", w: 1.5, g: 1, constrain: atLeastOne }])).toEqual({ w: 1 });
});

test("in the legacy order they hold before it, and its result stays as it is", async () => {
  const legacy = { constrain: atLeastOne, constrainBefore: true };
  expect(await stepped([{ name: "w", w: 0.5, g: 0.25, ...legacy }])).toEqual({ w: 0.75 });
});

test("a constraint sees another parameter as that one's own constraint leaves it", async () => {
  const half: ParameterSpec["constrain"] = (_, nextOf) => linear(nextOf("w"), 0.5);
  const result = await stepped([
    { name: "d", w: 9, g: 0, constrain: half },
    { name: "w", w: 1.5, g: 1, constrain: atLeastOne },
  ]);
  expect(result).toEqual({ d: 0.5, w: 1 });
});

test("what isn't trained stays, unless a constraint moves it", async () => {
  const frozen = { trainable: false };
  const result = await stepped([
    { name: "a", w: 0.5, g: 7, ...frozen },
    { name: "b", w: 0.5, g: 7, ...frozen, constrain: atLeastOne },
  ]);
  expect(result).toEqual({ a: 0.5, b: 1 });
});
