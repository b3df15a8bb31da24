import type { ZodType } from "zod";
import type { Shape } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { RandomStream } from "../linalg/random.ts";
import type { Layout, LoraOptions } from "../sparsity/lora.ts";
import type { SparsityOptions } from "../sparsity/options.ts";

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
  /** True where the step starts from the constrained entries instead, and its result is left as it is. */
  readonly constrainBefore?: boolean;
  /** Other names that a file may hold it under. */
  readonly aliases?: readonly string[];
}

/** A product of two factors that is added to a matrix: `scale` B A. */
export interface Adapter {
  /** Parameter names of the matrix, of A [rank, in] and of B [out, rank]. */
  readonly weight: string;
  readonly a: string;
  readonly b: string;
  readonly layout: Layout;
  readonly scale: number;
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
  /** Its value at a step. @param step - steps made before this one, from 0. */
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
   * (X with its zeroth bias, P, A and Z of the literature), where BLOCK is such as `block.3.mlp`; `BLOCK.valueInput`, what V
   * takes, where there is a V: A, times the gate where there is one; and of a disturbed model `BLOCK.disturbance`.
   */
  readonly taps: ReadonlyMap<string, Value>;
  /** Low-rank terms, to be merged into their matrices where a checkpoint is saved. */
  readonly adapters: readonly Adapter[];
  /** Whether an array of this name, which files may hold, is none of the model's and can be left: masks, unused tables. */
  readonly ignores?: (name: string) => boolean;
  /** MLP blocks in order from input to output: their tap prefix and the names of their matrices. */
  readonly blocks: readonly MlpBlock[];
}

/** Where an MLP block's parts are found. */
export interface MlpBlock {
  /** Prefix of its taps. */
  readonly tap: string;
  /** Parameter name of K. */
  readonly key: string;
  /** Parameter name of V; null where the activations are the block's output. */
  readonly value: string | null;
  /** Name of the activation function, as in the sparsity options. */
  readonly activation: string;
  /** Parameter names of b_K and b_V, where there are such. */
  readonly keyBias?: string;
  readonly valueBias?: string;
  /** How K and V are stored; "out-in" by default. */
  readonly keyLayout?: Layout;
  readonly valueLayout?: Layout;
  /** Parameter name of the matrix by whose product activations are multiplied before V; null where there is none. */
  readonly gate: string | null;
}

/** What differs from one tracing of a model to another. */
export interface TraceOptions {
  readonly batchSize: number;
  /** Draws noise and masks; evaluation has none of it. */
  readonly training: boolean;
  /** Share of the target spread over all classes, in training and evaluation as told. */
  readonly labelSmoothing: number;
  /** Whether a row has two labels, `labels` with weight `share` and `labelsOther` with the rest. */
  readonly mixup?: boolean;
  /** Adds an input of its shape, `BLOCK.disturbance`, to what each MLP block takes. */
  readonly disturbed?: boolean;
  /** Trains low-rank terms in the place of the matrices. */
  readonly lora?: LoraOptions;
  /** Tokens of a sequence, of a target where there are inputs, too; the sizes' own by default. */
  readonly length?: number;
  /** Tokens of an encoder's input; the sizes' own by default. */
  readonly inputLength?: number;
}

/** What a `config.json` tells of a model. */
export interface Described {
  readonly sizes: unknown;
  readonly sparsity: Pick<SparsityOptions, "activation">;
}

/** A family of networks: one a file, listed in `catalogue.ts`. */
export interface Model {
  /** As a recipe names it. */
  readonly kind: string;
  /** Whose batches it takes. */
  readonly task: "classification" | "language" | "sequence-to-sequence";
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  /** Schema of its sizes, with their defaults. */
  readonly sizes: ZodType;
  /**
   * The graph for one batch shape.
   *
   * @param sizes - as the schema has them.
   * @throws {UsageError} If they don't fit the schema or each other.
   */
  trace(sizes: unknown, sparsity: SparsityOptions, options: TraceOptions): Traced;
  /** What `config.json` holds, so that transformers opens a checkpoint whose architecture it knows. */
  huggingFaceConfig(sizes: unknown, sparsity: SparsityOptions): Record<string, unknown>;
  /**
   * Reads what {@link Model.huggingFaceConfig} or transformers wrote.
   *
   * @throws {UnreadableInputError} That names what is missing or isn't supported.
   */
  fromHuggingFace(config: unknown): Described;
}
