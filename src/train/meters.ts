import { constant } from "../autodiff/leaves.ts";
import { add } from "../autodiff/ops/add.ts";
import { sumTo } from "../autodiff/ops/broadcasting.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { notAboveOp } from "../autodiff/ops/minimum.ts";
import { multiply } from "../autodiff/ops/multiply.ts";
import { absoluteValue } from "../autodiff/ops/piecewise-polynomial.ts";
import { binary } from "../autodiff/ops/pointwise.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { MlpBlock, Traced } from "../models/model.ts";

/** What sparsity is, for an activation function. */
export interface Activity {
  /** Active means a > 0 for a one-sided function, a != 0 for others. */
  readonly oneSided: boolean;
  /** x: closed intervals of pre-activations on which the function is flat. */
  readonly habitat: { readonly x: readonly (readonly [from: number, to: number])[] };
}

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
    const { oneSided, habitat } = activityOf(block);
    const a = traced.taps.get(`${block.tap}.activation`)!;
    const p = traced.taps.get(`${block.tap}.preActivation`)!;
    const inactive = notAbove(oneSided ? a : absoluteValue(a), constant(0));
    const isFlat = habitat.x
      .map(([from, to]) => multiply(notAbove(finite(from), p), notAbove(p, finite(to))))
      .reduce(add, constant(0, p.shape));
    return {
      block: block.tap,
      activatedRatio: linear(meanOfEach(inactive, batchSize), -1, 1),
      derivativeSparsity: meanOfEach(isFlat, batchSize),
    };
  });
}

/** 1 where a <= b, else 0. */
function notAbove(a: Value, b: Value): Value {
  return binary(notAboveOp, a, b);
}

/** Ends of habitats beyond float32 are as good as infinite. */
function finite(end: number): Value {
  return constant(Math.max(-3e38, Math.min(3e38, end)));
}

/** The mean of each example's entries, shape [batch]. */
function meanOfEach(x: Value, batchSize: number): Value {
  const entries = sizeOf(x.shape) / batchSize;
  const sums = sumTo(reshape(x, [batchSize, entries]), [batchSize, 1]);
  return linear(reshape(sums, [batchSize]), 1 / entries);
}
