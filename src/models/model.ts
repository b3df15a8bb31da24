import type { Shape } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { RandomStream } from "../linalg/random.ts";

/** A parameter as a model declares it, when it is traced. */
export interface ParameterSpec {
  /** As the checkpoint names it: Hugging Face's name where there is one. */
  readonly name: string;
  readonly shape: Shape;
  /** Draws its first entries. */
  readonly initial: (draws: RandomStream, shape: Shape) => Float32Array;
  /** Kinds of parameters, by which weight decay and training are chosen. */
  readonly role: "weight" | "bias" | "norm-weight" | "norm-bias" | "embedding" | "zeroth-bias" | "lora";
  /** False while finetuning leaves it as it came. */
  readonly trainable: boolean;
  /**
   * What the entries after an optimiser's step are made to satisfy: clamps and clips.
   *
   * @param next - after the step.
   * @param nextOf - the same of another parameter, already constrained; its own value when it isn't trained.
   */
  readonly constrain?: (next: Value, nextOf: (name: string) => Value) => Value;
}

/** A random array that a model takes anew with each training step. */
export interface DrawSpec {
  /** Name of the program's input. */
  readonly name: string;
  readonly shape: Shape;
  /** Standard normal entries; or 1 / keep with probability keep, else 0: dropout's mask. */
  readonly draw: "normal" | { readonly keep: number };
}

/** A number that follows from the step: an input of shape `[]`. */
export interface ScheduledSpec {
  readonly name: string;
  /** @param step - steps made before this one, from 0. */
  readonly at: (step: number) => number;
}

/** A model's graph for one batch shape. */
export interface Traced {
  /** Data inputs and their shapes, by the names that the task's batches have. */
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly parameters: ReadonlyMap<string, { readonly spec: ParameterSpec; readonly value: Value }>;
  readonly draws: readonly DrawSpec[];
  readonly scheduled: readonly ScheduledSpec[];
  /** Shape [rows, classes]: a row an example or a token. */
  readonly logits: Value;
  /** Each row's loss, 0 for rows without a label. */
  readonly rowLosses: Value;
  /** Mean over the rows that have a label, shape `[]`. */
  readonly loss: Value;
  /** Share of those rows whose largest logit is their label's, shape `[]`. */
  readonly accuracy: Value;
  /**
   * Values inside, by name: for each MLP block `BLOCK.input`, `BLOCK.preActivation`, `BLOCK.activation`, `BLOCK.output`
   * (X with its zeroth bias, P, A and Z of the literature), where BLOCK is such as `block.3.mlp`.
   */
  readonly taps: ReadonlyMap<string, Value>;
  /** MLP blocks in order from input to output: their tap prefix and the names of their matrices. */
  readonly blocks: readonly MlpBlock[];
}

/** Where an MLP block's parts are found. */
export interface MlpBlock {
  /** Prefix of its taps. */
  readonly tap: string;
  /** Parameter names of K and V. */
  readonly key: string;
  readonly value: string;
  /** Name of the activation function, as in the sparsity options. */
  readonly activation: string;
}

/** What differs from one tracing of a model to another. */
export interface TraceOptions {
  readonly batchSize: number;
  /** Draws noise and masks; evaluation has none of it. */
  readonly training: boolean;
  /** Share of the target spread over all classes, in training and evaluation as told. */
  readonly labelSmoothing: number;
}
