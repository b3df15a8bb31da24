import { add } from "../autodiff/ops/add.ts";
import { linear } from "../autodiff/ops/linear.ts";
import { maximum, minimum } from "../autodiff/ops/minimum.ts";
import { absoluteValue } from "../autodiff/ops/piecewise-polynomial.ts";
import { slice } from "../autodiff/ops/slice.ts";
import type { Value } from "../autodiff/value.ts";

/**
 * X + D: a vector of its own for each token's place, the same for all samples.
 *
 * @param x - X, shape [B, T, d].
 * @param bias - D, shape [T', d] with T' >= T; its first T rows are used.
 * @source Peng et al. 2023, arXiv 2309.03004.
 */
export function addZerothBias(x: Value, bias: Value): Value {
  return add(x, slice(bias, 0, 0, x.shape[1]!));
}

/**
 * D held to |D_ij| <= c |w_j|.
 *
 * @param bias - D, shape [T, d].
 * @param scale - w, the scale of the norm before the block, shape [d] or `[]`.
 * @param clip - c > 0.
 */
export function clipZerothBias(bias: Value, scale: Value, clip: number): Value {
  const limit = linear(absoluteValue(scale), clip);
  return maximum(minimum(bias, limit), linear(limit, -1));
}
