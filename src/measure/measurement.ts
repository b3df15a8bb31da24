import type { z } from "zod";
import type { MeasuredPart } from "./measured-part.ts";
import type { Quantity } from "./quantity.ts";

/** What was measured, and why what is null in it couldn't be. */
export interface Measured<Piece> {
  /** null where nothing could be measured. */
  readonly piece: Piece | null;
  /** By the path of a null in the piece its reason; by "" that of a piece that is null. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/** What a measurement is given besides the part. */
export interface MeasurementContext<Settings> {
  /** As its schema has them. */
  readonly settings: Settings;
  /** For each block in order, what meters have found, by the names of a layer's fields. */
  readonly found: readonly Readonly<Record<string, unknown>>[];
  /** Ends it between two runs of a program, by throwing its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the share that is done, in [0, 1]. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * What is measured of a frozen model by runs of its own: a file each, listed in `catalogue.ts`.
 *
 * Draws are of `randomStream(part.seed, [id, part.part, ...])`.
 */
export interface Measurement<
  Layer extends z.ZodType | null = z.ZodType | null,
  Model extends z.ZodType | null = z.ZodType | null,
  Settings extends z.ZodObject = z.ZodObject,
  Id extends string = string,
> {
  /** Name of its field in each layer and in the whole model's piece; what `--only` and `--without` call it. */
  readonly id: Id;
  /** What it measures, a few words for progress and help. */
  readonly title: string;
  /** Its numbers in a layer or the whole model, by their whole paths. */
  readonly quantities: readonly Quantity[];
  /** Schema of a layer's piece; null where it has none. */
  readonly layer: Layer;
  /** Schema of the whole model's piece; null where it has none. */
  readonly model: Model;
  /** Schema of its settings, all with defaults. */
  readonly settings: Settings;
  /** Whether it is measured where nobody asks for it. */
  readonly byDefault: boolean;
  /** @returns a piece for each of `part.traced.blocks`, in order (none where `layer` is null), and the whole model's. */
  run(
    part: MeasuredPart,
    context: MeasurementContext<z.output<Settings>>,
  ): Promise<{
    readonly layers: readonly Measured<PieceOf<Layer>>[];
    readonly model: Measured<PieceOf<Model>> | null;
  }>;
}

/** What a schema's piece is; nothing where there is no schema. */
type PieceOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : never;

/** A measurement whose `run` knows the types of its schemas. */
export function defineMeasurement<
  Layer extends z.ZodType | null,
  Model extends z.ZodType | null,
  Settings extends z.ZodObject,
  const Id extends string,
>(measurement: Measurement<Layer, Model, Settings, Id>): Measurement<Layer, Model, Settings, Id> {
  return measurement;
}
