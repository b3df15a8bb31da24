import { layOut, type Program } from "../autodiff/program.ts";
import type { Backend, Feed } from "../backends/backend.ts";
import type { MlpBlock, Traced } from "../models/model.ts";
import type { Activity } from "../train/meters.ts";
import type { RunState } from "../train/weights.ts";

/** A batch with all that the traced model takes: data, and the numbers that follow from the step. */
export interface MeasuredBatch {
  readonly feed: Feed;
  /** Examples that count: the first of the batch. The others are filled up and have no label. */
  readonly examples: number;
}

/** A model with weights that stay as they are, and the batches of one part of a data set. */
export interface MeasuredPart {
  readonly part: "train" | "test";
  readonly backend: Backend;
  /** The parameters' arrays. */
  readonly state: RunState;
  /** The model without training's draws, for batches of `batchSize` examples. */
  readonly traced: Traced;
  /** What is active, and what flat, in a block. */
  readonly activityOf: (block: MlpBlock) => Activity;
  readonly batchSize: number;
  /** Batches there are to measure on, at least 1. */
  readonly count: number;
  /** @param place - 0 to `count` - 1; the same place gives the same batch. */
  batch(place: number): Promise<MeasuredBatch>;
  /** Of all that is drawn while measuring. */
  readonly seed: number;
}

/** A program that is ready to run on the batches of a part. */
export interface PartPlan {
  /**
   * @param more - entries of inputs that are not the batch's, such as probes.
   * @param read - which outputs; all by default.
   */
  run(
    batch: MeasuredBatch,
    more?: Feed,
    read?: readonly string[],
  ): Promise<Record<string, Float32Array | Float64Array>>;
  dispose(): void;
}

/** Compiles a program over a part's model. */
export async function partPlan({ backend, state }: MeasuredPart, program: Program): Promise<PartPlan> {
  const plan = await backend.compile(program, state);
  const { inputs } = layOut(program);
  return {
    run({ feed }, more = {}, read) {
      const taken = Object.entries(feed).filter(([name]) => inputs.has(name) && !(name in more));
      return plan.run({ ...Object.fromEntries(taken), ...more }, read);
    },
    dispose: () => plan.dispose(),
  };
}
