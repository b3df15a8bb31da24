import { type Shape, sameShape, shapeText, sizeOf } from "../autodiff/shape.ts";
import type { Backend, Tensor } from "../backends/backend.ts";
import { CheckpointFormatError } from "../errors.ts";
import { randomStream } from "../linalg/random.ts";
import type { Traced } from "../models/model.ts";
import { loadWeights } from "./load-weights.ts";
import type { Recipe } from "./recipe.ts";
import { stepInputs } from "./step-inputs.ts";
import { constrainingProgram, type StepProgram } from "./step-program.ts";
import type { TrainingState } from "./training-state.ts";
import type { RunState } from "./weights.ts";

/**
 * The arrays of a run as it begins: saved ones, or weights drawn, or loaded and held to their constraints, and zeros for
 * the optimiser.
 *
 * @throws {UsageError} If the weights to finetune aren't the model's.
 * @throws {CheckpointFormatError} If the saved state isn't that of this model.
 */
export async function initialState(
  backend: Backend,
  traced: Traced,
  program: StepProgram,
  { seed, finetune }: Pick<Recipe, "seed" | "finetune">,
  saved: TrainingState | null,
): Promise<RunState> {
  const shapes = new Map<string, Shape>(
    Array.from(traced.parameters, ([name, { spec }]) => [name, spec.shape] as const),
  );
  for (const [name, shape] of program.state) shapes.set(name, shape);
  const entries = saved ? savedEntries(saved, shapes) : null;
  const loaded = !saved && finetune ? await loadWeights(finetune.from, traced, finetune.fresh) : null;
  const state = new Map<string, Tensor>();
  for (const [name, shape] of shapes) {
    const tensor = backend.alloc(shape);
    state.set(name, tensor);
    const spec = traced.parameters.get(name)?.spec;
    const known = entries?.get(name) ?? loaded?.get(name);
    if (known) backend.write(tensor, known);
    else if (spec) backend.write(tensor, spec.initial(randomStream(seed, ["initial", name]), shape));
  }
  if (loaded) await constrain(backend, traced, state, seed);
  return state;
}

async function constrain(backend: Backend, traced: Traced, state: RunState, seed: number): Promise<void> {
  const program = constrainingProgram(traced);
  if (!program) return;
  const plan = await backend.compile(program, state);
  await plan.run(stepInputs(program, traced, traced.scheduled, seed)(-1));
  plan.dispose();
}

function savedEntries(saved: TrainingState, shapes: ReadonlyMap<string, Shape>) {
  const entries = new Map(saved.arrays.map((each) => [each.name, each]));
  for (const [name, shape] of shapes) {
    const found = entries.get(name);
    if (!found || !sameShape(found.shape, shape)) {
      const got = found ? shapeText(found.shape) : "nothing";
      throw new CheckpointFormatError(
        `the saved state has ${got} for ${name}: expected ${sizeOf(shape)} entries of shape ${shapeText(shape)}. Start the run anew.`,
      );
    }
  }
  return new Map(saved.arrays.map(({ name, data }) => [name, data]));
}
