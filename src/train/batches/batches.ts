import type { Shape } from "../../autodiff/shape.ts";
import type { Feed } from "../../backends/backend.ts";
import type { DatasetKind, PartOfKind } from "../../datasets/dataset.ts";
import type { PixelScale } from "../../datasets/standardisation.ts";

/** Entries for the data inputs of a model, by name; an example a row. */
export type BatchArrays = Record<string, Float32Array>;

/** What batches are drawn of. */
export interface BatchOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** The model's data inputs and their shapes: lengths and sizes are the model's. */
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Strengths of mixup and CutMix, of which training draws one a batch. */
  readonly imageMixing?:
    | { readonly mixup?: number | undefined; readonly cutmix?: number | undefined }
    | undefined;
}

/** One part of a data set in batches of one size. */
export interface Batches {
  /** Batches of one pass; of a training part only whole ones. */
  readonly count: number;
  /** The batch of a step (training: any, epoch after epoch) or of a place (test: below `count`). */
  batch(step: number): Promise<Batch>;
}

/** One batch, filled up to its size by examples without a label where there are too few. */
export interface Batch {
  readonly feed: Feed;
  /** Examples that count: the first of the batch. */
  readonly examples: number;
}

/** What a data set asks of a model's sizes; where a recipe doesn't state them they are taken from here. */
export interface DataSizes {
  /** The model's must be the same. */
  readonly equal: Readonly<Record<string, number>>;
  /** The model's may be larger. */
  readonly atLeast: Readonly<Record<string, number>>;
}

/** What a model is trained to do: how a data set becomes batches. One a file, listed in `catalogue.ts`. */
export interface Task<Kind extends DatasetKind = DatasetKind> {
  /** As models name it. */
  readonly name: string;
  /** The kind of data sets that it takes. */
  readonly kind: Kind;
  /** Whether rows are tokens: their perplexity is the exponential of the loss then. */
  readonly perToken: boolean;
  /** Sizes of a model that the data decides, by the names that models have for them. */
  sizesOf(part: PartOfKind[Kind]): DataSizes;
  /** What the entries of a batch's images stand for; null for what has no pixels. */
  pixelsOf(part: PartOfKind[Kind]): PixelScale | null;
  /**
   * Batches for training: each a function of (seed, step) alone.
   *
   * @throws {UsageError} If the data doesn't fit the model's inputs.
   */
  training(part: PartOfKind[Kind], options: BatchOptions): Batches;
  /** Batches of all the part, in its own order, without any draws. */
  testing(part: PartOfKind[Kind], options: BatchOptions): Batches;
}

/** What labels without a meaning are: rows that have no part in the loss. */
export const NO_LABEL = -100;

/** The shape of an input that a task needs. @throws {RangeError} If the model has no such input: a bug of its. */
export function shapeOf({ inputs }: BatchOptions, name: string): Shape {
  const shape = inputs.get(name);
  if (!shape)
    throw new RangeError(`the model has no input ${name} (has ${Array.from(inputs.keys()).join(", ")})`);
  return shape;
}
