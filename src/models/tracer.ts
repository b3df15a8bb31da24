import { input, parameter } from "../autodiff/leaves.ts";
import { type Shape, sameShape } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import { mixActivations, mixingShare } from "../sparsity/activation-mixing.ts";
import type { Activation } from "../sparsity/activations/activation.ts";
import { createActivation } from "../sparsity/activations/catalogue.ts";
import type { SparsityOptions } from "../sparsity/options.ts";
import { type Restriction, restrictionOf } from "../sparsity/restricted-layer-norm.ts";
import type { Adapter, DrawSpec, MlpBlock, ParameterSpec, ScheduledSpec, TraceOptions } from "./model.ts";

/** A parameter as a layer declares it; what is trained follows from its role where it isn't told. */
export type DeclaredParameter = Omit<ParameterSpec, "trainable"> & { readonly trainable?: boolean };

/** Collects what a model declares while its graph is built. */
export interface Tracer {
  readonly sparsity: SparsityOptions;
  readonly options: TraceOptions;
  /** The MLP blocks' activation function, mixing included. */
  readonly activation: Activation;
  /** How norms before MLP blocks are held; null where they are free. */
  readonly restriction: Restriction | null;
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly parameters: ReadonlyMap<string, { readonly spec: ParameterSpec; readonly value: Value }>;
  readonly draws: readonly DrawSpec[];
  readonly scheduled: readonly ScheduledSpec[];
  readonly taps: ReadonlyMap<string, Value>;
  readonly adapters: readonly Adapter[];
  readonly blocks: readonly MlpBlock[];
  /** A data input, by the name that batches have for it. */
  input(name: string, shape: Shape): Value;
  /** A parameter; one of a name that was declared already is the same. @throws {RangeError} If shapes differ. */
  parameter(spec: DeclaredParameter): Value;
  /** Standard normal entries, anew with each step. */
  normalDraws(name: string, shape: Shape): Value;
  /** Entries that are 1 / keep with probability keep, else 0, anew with each step. */
  maskDraws(name: string, shape: Shape, keep: number): Value;
  /** A number that follows from the step; asked for twice it is the same. */
  followsStep(name: string, at: (step: number) => number): Value;
  tap(name: string, value: Value): void;
  adapter(adapter: Adapter): void;
  block(block: MlpBlock): void;
}

/** Roles whose parameters stay as they came where low-rank terms are trained beside them. */
const frozenBesideLora: readonly ParameterSpec["role"][] = ["weight", "embedding"];

/**
 * A tracer that has collected nothing yet.
 *
 * @param aliasesOf - other names of a parameter, beside those that it declares.
 */
export function startTracing(
  sparsity: SparsityOptions,
  options: TraceOptions,
  aliasesOf: (name: string) => readonly string[] = () => [],
): Tracer {
  const inputs = new Map<string, Shape>();
  const parameters = new Map<string, { spec: ParameterSpec; value: Value }>();
  const draws: DrawSpec[] = [];
  const scheduled = new Map<string, { spec: ScheduledSpec; value: Value }>();
  const taps = new Map<string, Value>();
  const adapters: Adapter[] = [];
  const blocks: MlpBlock[] = [];

  const followsStep: Tracer["followsStep"] = (name, at) => {
    const known = scheduled.get(name);
    if (known) return known.value;
    const value = input(name);
    scheduled.set(name, { spec: { name, at }, value });
    return value;
  };
  const target = createActivation(sparsity.activation);
  const { mixing } = sparsity;
  const activation = mixing
    ? mixActivations(
        createActivation(mixing.from),
        target,
        followsStep("mixing.share", (step) => mixingShare(mixing.steps, step)),
      )
    : target;

  return {
    sparsity,
    options,
    activation,
    restriction: restrictionOf(sparsity),
    inputs,
    parameters,
    draws,
    get scheduled() {
      return Array.from(scheduled.values(), ({ spec }) => spec);
    },
    taps,
    adapters,
    blocks,
    input(name, shape) {
      inputs.set(name, shape);
      return input(name, shape);
    },
    parameter(declared) {
      const known = parameters.get(declared.name);
      if (known) {
        if (!sameShape(known.spec.shape, declared.shape)) {
          throw new RangeError(`${declared.name} was declared with two shapes`);
        }
        return known.value;
      }
      const trainable = !(options.lora && frozenBesideLora.includes(declared.role));
      const value = parameter(declared.name, declared.shape);
      const aliases = [...aliasesOf(declared.name), ...(declared.aliases ?? [])];
      parameters.set(declared.name, { spec: { trainable, ...declared, aliases }, value });
      return value;
    },
    normalDraws(name, shape) {
      draws.push({ name, shape, draw: "normal" });
      return input(name, shape);
    },
    maskDraws(name, shape, keep) {
      draws.push({ name, shape, draw: { keep } });
      return input(name, shape);
    },
    followsStep,
    tap: (name, value) => void taps.set(name, value),
    adapter: (adapter) => void adapters.push(adapter),
    block: (block) => void blocks.push(block),
  };
}
