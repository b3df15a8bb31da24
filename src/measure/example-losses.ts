import { sum, sumTo } from "../autodiff/ops/broadcasting.ts";
import { reshape } from "../autodiff/ops/reshape.ts";
import { sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { Traced } from "../models/model.ts";

/**
 * The loss of each example: the sum over its labelled rows, which is its image's cross-entropy, or that of all tokens of
 * its sequence.
 *
 *     l_b = sum_t l_{b,t}
 *
 * @param traced - whose rows come example after example.
 * @param batchSize - B, examples.
 * @returns shape [B]; 0 for an example without a label.
 */
export function exampleLosses({ rowLosses }: Pick<Traced, "rowLosses">, batchSize: number): Value {
  const rows = sizeOf(rowLosses.shape) / batchSize;
  return reshape(sumTo(reshape(rowLosses, [batchSize, rows]), [batchSize, 1]), [batchSize]);
}

/** The sum of {@link exampleLosses}, whose gradient for what belongs to one example is that of the example's own loss. */
export function totalLoss({ rowLosses }: Pick<Traced, "rowLosses">): Value {
  return sum(rowLosses);
}
