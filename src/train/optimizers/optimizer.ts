import { z } from "zod";
import type { Value } from "../../autodiff/value.ts";
import type { ParameterSpec, ScheduledSpec } from "../../models/model.ts";

/** Roles of parameters that weight decay can be kept from. */
const roles = [
  "weight",
  "bias",
  "norm-weight",
  "norm-bias",
  "embedding",
  "zeroth-bias",
  "lora",
] as const satisfies readonly ParameterSpec["role"][];

/** What all optimisers take. */
export const commonOptions = {
  /** The rate that the schedule scales, > 0. */
  learningRate: z.number().positive(),
  /** Weight decay, >= 0. */
  weightDecay: z.number().min(0).default(0),
  /** Roles of parameters that don't decay; all do by default. */
  exclude: z.array(z.enum(roles)).default([]),
  /** Largest Euclidean norm of all gradients together; a larger one is scaled down to it. None by default. */
  clipNorm: z.number().positive().optional(),
};

/** Options of every optimiser. */
export interface CommonOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly exclude: readonly ParameterSpec["role"][];
  readonly clipNorm?: number | undefined;
}

/** What an optimiser is told of one parameter. */
export interface OptimizerInput {
  /** w, before the step. */
  readonly weights: Value;
  /** g, the gradient as it comes; c g is what clipping makes of it. */
  readonly gradient: Value;
  /** c, in (0, 1], shape `[]`. */
  readonly factor: Value;
  /** The learning rate at this step, shape `[]`. */
  readonly rate: Value;
  /** Weight decay of this parameter: 0 where its role is left out. */
  readonly weightDecay: number;
  /** A state array of this parameter, before the step. */
  readonly state: (slot: string) => Value;
  /** One of `scheduled`, by name. */
  readonly scheduled: (name: string) => Value;
}

/** What an optimiser makes of it. */
export interface OptimizerOutput {
  readonly weights: Value;
  /** The next entries of each state array. */
  readonly state: Readonly<Record<string, Value>>;
}

/** An optimiser with its options. */
export interface Optimizer {
  /** Arrays of each parameter's shape that last from step to step, zero at first. */
  readonly slots: readonly string[];
  /** Numbers that follow from the step. */
  readonly scheduled: readonly ScheduledSpec[];
  /** One step, as values of the graph. */
  update(input: OptimizerInput): OptimizerOutput;
}

/** An optimiser that recipes can name. */
export interface OptimizerDefinition<Options extends z.ZodType<CommonOptions> = z.ZodType<CommonOptions>> {
  readonly name: string;
  readonly options: Options;
  /** The optimizer with these options. */
  create(options: z.output<Options>): Optimizer;
}

/** A definition whose `create` takes what its own schema gives. */
export function defineOptimizer<Options extends z.ZodType<CommonOptions>>(
  definition: OptimizerDefinition<Options>,
): OptimizerDefinition<Options> {
  return definition;
}
