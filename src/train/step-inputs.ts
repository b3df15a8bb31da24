import { layOut, type Program } from "../autodiff/program.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Feed } from "../backends/backend.ts";
import { randomStream } from "../linalg/random.ts";
import type { DrawSpec, ScheduledSpec, Traced } from "../models/model.ts";

/** Entries of the inputs that are no data: draws of a model, and numbers that follow from the step. */
export type StepInputs = (step: number) => Feed;

/**
 * What a program is fed besides data: a function of (seed, step) alone.
 *
 * @param scheduled - numbers that the program may need; those that it has no input for are left out.
 */
export function stepInputs(
  program: Program,
  { draws }: Pick<Traced, "draws">,
  scheduled: readonly ScheduledSpec[],
  seed: number,
): StepInputs {
  const { inputs } = layOut(program);
  const drawn = draws.filter(({ name }) => inputs.has(name));
  const numbers = scheduled.filter(({ name }) => inputs.has(name));
  return (step) =>
    Object.fromEntries([
      ...drawn.map((spec) => [spec.name, drawEntries(spec, seed, step)]),
      ...numbers.map(({ name, at }) => [name, at(step)]),
    ]);
}

/** Only the data that a program has inputs for: a plan that reads activations alone needs no labels. */
export function dataOf(program: Program, traced: Pick<Traced, "inputs">): (feed: Feed) => Feed {
  const { inputs } = layOut(program);
  const names = Array.from(traced.inputs.keys()).filter((name) => inputs.has(name));
  return (feed) => Object.fromEntries(names.map((name) => [name, feed[name]!]));
}

function drawEntries({ name, shape, draw }: DrawSpec, seed: number, step: number): Float32Array {
  const draws = randomStream(seed, ["draw", name, step]);
  const entries = new Float32Array(sizeOf(shape));
  if (draw === "normal") draws.fillNormal(entries);
  else for (let i = 0; i < entries.length; i++) entries[i] = draws.uniform() < draw.keep ? 1 / draw.keep : 0;
  return entries;
}
