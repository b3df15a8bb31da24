import { sumTo } from "../autodiff/ops/broadcasting.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { MlpBlock, Traced } from "../models/model.ts";
import { type Activation, activeEntries, entriesInside } from "../sparsity/activations/activation.ts";

/** An activation function: how it is computed, what is active for it, and what flat. */
export type Activity = Pick<Activation, "apply" | "oneSided" | "habitat">;

/** The share of active entries of each example of a batch, and that of flat pre-activations: two arrays [batch]. */
export interface BlockMeter {
  readonly block: string;
  readonly activatedRatio: Value;
  readonly derivativeSparsity: Value;
}

/**
 * Meters of every MLP block of a traced model.
 *
 * @param batchSize - examples; the outermost axis of every tap counts them.
 * @source method: 1.2 (activated ratio) and 1.3 (derivative sparsity, 0-norm version).
 */
export function blockMeters(
  traced: Traced,
  batchSize: number,
  activityOf: (block: MlpBlock) => Activity,
): BlockMeter[] {
  return traced.blocks.map((block) => {
    const activity = activityOf(block);
    const active = activeEntries(activity, traced.taps.get(`${block.tap}.activation`)!);
    const flat = entriesInside(activity.habitat.x, traced.taps.get(`${block.tap}.preActivation`)!);
    return {
      block: block.tap,
      activatedRatio: meanOfEach(active, batchSize),
      derivativeSparsity: meanOfEach(flat, batchSize),
    };
  });
}

/** The mean of each example's entries, shape [batch]. */
function meanOfEach(x: Value, batchSize: number): Value {
  const entries = sizeOf(x.shape) / batchSize;
  const sums = sumTo(reshape(x, [batchSize, entries]), [batchSize, 1]);
  return linear(reshape(sums, [batchSize]), 1 / entries);
}
