import type { PixelScale } from "../datasets/standardisation.ts";
import type { MlpBlock, Traced, TraceOptions } from "../models/model.ts";
import type { Batches, Task } from "./batches/batches.ts";
import type { Activity } from "./meters.ts";
import type { Updating } from "./step-program.ts";

/** A model with its sizes and modules, ready to be traced. */
export interface TrainableModel {
  /** The graph of the model. */
  trace(options: TraceOptions): Traced;
  /** What `config.json` holds. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What is active, and what flat, in an MLP block. */
  activityOf(block: MlpBlock): Activity;
}

/** Batches of both parts of a data set, for a traced model. */
export interface BatchSource {
  readonly task: Pick<Task, "name" | "perToken">;
  /** What the entries of images stand for; null for what has no pixels. */
  readonly pixels: PixelScale | null;
  /** Batches of the training part, in a seeded order. */
  training(traced: Traced): Batches;
  /** Batches of the test part, in its order. */
  testing(traced: Traced): Batches;
}

/** All that a recipe names, made. */
export interface Ingredients {
  readonly model: TrainableModel;
  readonly batches: BatchSource;
  readonly updating: Updating;
}
