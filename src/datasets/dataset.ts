import type { z } from "zod";
import type { RandomStream } from "../linalg/random.ts";
import type { PixelScale } from "./standardisation.ts";

/** Examples for classification: images of one size, each of one class. */
export interface ImageSet {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Classes are 0 to `classes` - 1. */
  readonly classes: number;
  readonly count: number;
  /** What the entries of {@link ImageSet.example} are standardised by, and the range of pixels. */
  readonly pixels: PixelScale;
  /**
   * Writes the standardised pixels of one example.
   *
   * @param i - example, 0 to `count` - 1.
   * @param to - where they go: channels * height * width values, [channel, row, column].
   * @param offset - place in `to` of the first of them.
   * @param draws - what augmentation draws from; without it, or where the set has none, an example is always the same.
   * @returns the example's class; a promise where the image is read from disk now.
   * @throws {DatasetFormatError} If the image is read from disk now, and broken.
   */
  example(i: number, to: Float32Array, offset: number, draws?: RandomStream): number | Promise<number>;
}

/** Token ids with a meaning of their own; null where a vocabulary has none. */
export interface SpecialTokens {
  /** Fills sequences that are too short; also what a decoder of T5 starts with. */
  readonly pad: number | null;
  /** Ends a document. */
  readonly end: number | null;
  /** How many sentinels there are: ids `vocabulary` - 1 (the first) downward. */
  readonly sentinels: number;
}

/** Text as one row of token ids, documents behind each other with `special.end` between them. */
export interface TokenSet {
  /** Ids are 0 to `vocabulary` - 1. */
  readonly vocabulary: number;
  readonly special: SpecialTokens;
  readonly tokens: Uint16Array | Uint32Array;
  /** The text of some ids; special ones are left out. */
  decode(ids: ArrayLike<number>): string;
}

/** What the parts of a data set are, by its kind. */
export interface PartOfKind {
  readonly images: ImageSet;
  readonly tokens: TokenSet;
}

/** What the examples of a data set are. */
export type DatasetKind = keyof PartOfKind;

/** A data set in memory (image folders: its list): what a model is trained on, and what it is tested on. */
export interface Dataset<Kind extends DatasetKind = DatasetKind> {
  readonly kind: Kind;
  readonly train: PartOfKind[Kind];
  readonly test: PartOfKind[Kind];
}

/** A data set of any kind; `kind` tells which. */
export type AnyDataset = { [Kind in DatasetKind]: Dataset<Kind> }[DatasetKind];

/**
 * A data set that recipes can name. What it loads depends on its options and its files alone, never on the seed
 * of a run: runs of different seeds are trained and tested on the same examples.
 */
export interface DatasetDefinition<
  Kind extends DatasetKind = DatasetKind,
  Options extends z.ZodType = z.ZodType,
> {
  /** `data.name` of a recipe. */
  readonly name: string;
  readonly kind: Kind;
  /** One line for lists: what it is, and where its files come from. */
  readonly description: string;
  /** The other members of a recipe's `data`, with their defaults. */
  readonly options: Options;
  /**
   * Reads it.
   *
   * @throws {UsageError} If it needs a path or a package that is missing, with the command that gets it.
   * @throws {UnreadableInputError} If a file is missing or cannot be read.
   * @throws {DatasetFormatError} If a file is truncated or broken.
   */
  load(options: z.output<Options>): Promise<Dataset<Kind>>;
}

/** A definition whose `load` takes what its own schema gives. */
export function defineDataset<Kind extends DatasetKind, Options extends z.ZodType>(
  definition: DatasetDefinition<Kind, Options>,
): DatasetDefinition<Kind, Options> {
  return definition;
}
