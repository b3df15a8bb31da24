import type { Shape } from "../autodiff/shape.ts";
import type { TensorSource } from "../checkpoint/tensor.ts";

/** The model of a run at a step: what `analyze` takes. */
export interface LiveModel extends TensorSource {
  /** As the step's checkpoint is called: `step-000500`. */
  readonly id: string;
  /** Updates made. */
  readonly step: number;
}

/** Entries inside the model, on the batch that the next step is made of. */
export interface TapEntries {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

/** Looks at a run while it goes on. */
export interface TrainObserver {
  /** Steps from one look to the next; the first and the last step are looked at, too. */
  readonly every: number;
  /**
   * Names of values inside the model that it wants, such as `block.3.mlp.preActivation`, and `NAME.gradient` for the
   * gradients of the batch's mean loss for them; none by default.
   */
  readonly taps?: readonly string[];
  /**
   * Told before any step, with the step at which the run begins: 0, or the saved one of a run that goes on, which is
   * looked at again.
   */
  readonly onStart?: (step: number) => Promise<void>;
  /** A step to look at. @param source - its tensors are those of this step, however late they are asked for within the call. */
  readonly onStep: (source: LiveModel, taps: Readonly<Record<string, TapEntries>>) => Promise<void>;
}

/** How far a run is. */
export interface TrainProgress {
  /** Updates made. */
  readonly step: number;
  readonly steps: number;
  /** Of the last batch. */
  readonly loss: number;
  /** As last measured; null before, and for models without MLP blocks. */
  readonly activatedRatio: number | null;
}
