import { differentiate } from "../autodiff/differentiate.ts";
import { input, parameter } from "../autodiff/leaves.ts";
import type { Program, Update } from "../autodiff/program.ts";
import type { Shape } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { ParameterSpec, ScheduledSpec, Traced } from "../models/model.ts";
import { clipFactor, globalNorm } from "./optimizers/clip-norm.ts";
import type { CommonOptions, Optimizer } from "./optimizers/optimizer.ts";

/** A training step as a graph: what it updates, and what can be read of it. */
export interface StepProgram {
  readonly updates: readonly Update[];
  /** Mean loss of the batch, before the update; shape `[]`. */
  readonly loss: Value;
  /** Euclidean norm of all gradients, before clipping; shape `[]`. */
  readonly gradientNorm: Value;
  /** Arrays of the optimiser that last from step to step, zero at first. */
  readonly state: ReadonlyMap<string, Shape>;
  /** Inputs that follow from the step: of the model, the optimiser and the schedule. */
  readonly scheduled: readonly ScheduledSpec[];
}

/** How weights are updated. */
export interface Updating {
  readonly optimizer: Optimizer;
  readonly options: CommonOptions;
  /** The learning rate at a step. */
  readonly rate: (step: number) => number;
}

/** Before the names of the optimiser's arrays and inputs: no parameter's name begins so. */
const PREFIX = "optimizer";

/**
 * The step that a model is trained by: gradients of its loss, clipping, the optimiser, and last the constraints that
 * parameters declare.
 *
 * @throws {RangeError} If the model's graph doesn't fit together.
 */
export function stepProgram(traced: Traced, { optimizer, options, rate }: Updating): StepProgram {
  const trained = Array.from(traced.parameters.values()).filter(({ spec }) => spec.trainable);
  const gradients = differentiate(
    traced.loss,
    trained.map(({ value }) => value),
  );
  const gradientNorm = globalNorm(gradients);
  const factor = clipFactor(gradientNorm, options.clipNorm);
  const scheduled: ScheduledSpec[] = [
    { name: `${PREFIX}.rate`, at: rate },
    ...optimizer.scheduled.map(({ name, at }) => ({ name: `${PREFIX}.${name}`, at })),
  ];
  const numbers = new Map(scheduled.map(({ name }) => [name, input(name)]));
  const before = constrained(traced, new Map(), (spec) => spec.constrainBefore === true);
  const state = new Map<string, Shape>();
  const updates: Update[] = [];
  const stepped = new Map<string, Value>();
  for (const [place, { spec }] of trained.entries()) {
    const { name, shape } = spec;
    const slots = new Map(
      optimizer.slots.map((slot) => [slot, parameter(`${PREFIX}.${slot}.${name}`, shape)]),
    );
    const next = optimizer.update({
      weights: before.get(name)!,
      gradient: gradients[place]!,
      factor,
      rate: numbers.get(`${PREFIX}.rate`)!,
      weightDecay: options.exclude.includes(spec.role) ? 0 : options.weightDecay,
      state: (slot) => slots.get(slot)!,
      scheduled: (each) => numbers.get(`${PREFIX}.${each}`)!,
    });
    stepped.set(name, next.weights);
    for (const [slot, array] of slots) {
      state.set(`${PREFIX}.${slot}.${name}`, shape);
      updates.push({ parameter: array, value: next.state[slot]! });
    }
  }
  const next = constrained(traced, stepped, (spec) => !spec.constrainBefore);
  for (const [name, { value }] of traced.parameters) {
    if (next.get(name) !== value) updates.push({ parameter: value, value: next.get(name)! });
  }
  return { updates, loss: traced.loss, gradientNorm, state, scheduled: [...traced.scheduled, ...scheduled] };
}

/**
 * What makes weights that come from elsewhere hold to the constraints that parameters declare; inputs are as of step -1,
 * after which training begins.
 *
 * @returns null where they already do, whatever they are.
 */
export function constrainingProgram(traced: Traced): Program | null {
  const held = constrained(traced, new Map(), (spec) => !spec.constrainBefore);
  const updates = Array.from(traced.parameters.entries()).flatMap(([name, { value }]) =>
    held.get(name) === value ? [] : [{ parameter: value, value: held.get(name)! }],
  );
  return updates.length > 0 ? { outputs: {}, updates } : null;
}

/**
 * What parameters' constraints make of some values, each after those that it looks at.
 *
 * @param values - of some parameters; the others have their own.
 */
function constrained(
  { parameters }: Traced,
  values: ReadonlyMap<string, Value>,
  applies: (spec: ParameterSpec) => boolean,
): ReadonlyMap<string, Value> {
  const done = new Map<string, Value>();
  const of = (name: string): Value => {
    const known = done.get(name);
    if (known) return known;
    const { spec, value } = parameters.get(name)!;
    const plain = values.get(name) ?? value;
    const result = spec.constrain && applies(spec) ? spec.constrain(plain, of) : plain;
    done.set(name, result);
    return result;
  };
  for (const name of parameters.keys()) of(name);
  return done;
}
