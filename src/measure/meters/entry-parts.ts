import { sumTo } from "../../autodiff/ops/broadcasting.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import { applyPiecewise } from "../../autodiff/ops/piecewise-polynomial.ts";
import { reshape } from "../../autodiff/ops/reshape.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Value } from "../../autodiff/value.ts";

/** The sum of each example's entries, shape [B]. @param x - shape [B, ...]. */
export function exampleSum(x: Value): Value {
  const batchSize = x.shape[0]!;
  const rows = reshape(x, [batchSize, sizeOf(x.shape) / batchSize]);
  return reshape(sumTo(rows, [batchSize, 1]), [batchSize]);
}

/** Each token's sum of squares, shape [B, T, 1]. @param x - shape [B, T, width]. */
export function tokenSquares(x: Value): Value {
  return sumTo(square(x), [x.shape[0]!, x.shape[1]!, 1]);
}

/** x^2, entry by entry. */
export function square(x: Value): Value {
  return multiply(x, x);
}

/** 1 where x < 0, else 0. */
export function isNegative(x: Value): Value {
  return applyPiecewise({ breaks: [0], owners: ["right"], pieces: [[1], [0]] }, x);
}

/** 1 where x > 0, else 0. */
export function isPositive(x: Value): Value {
  return applyPiecewise({ breaks: [0], owners: ["left"], pieces: [[0], [1]] }, x);
}

/** min(x, 0). */
export function negativePart(x: Value): Value {
  return applyPiecewise({ breaks: [0], owners: ["right"], pieces: [[0, 1], [0]] }, x);
}

/** max(x, 0). */
export function positivePart(x: Value): Value {
  return applyPiecewise({ breaks: [0], owners: ["left"], pieces: [[0], [0, 1]] }, x);
}

/** 1 where |x| < threshold, else 0. @param threshold - positive. */
export function isBelow(threshold: number, x: Value): Value {
  return applyPiecewise(
    { breaks: [-threshold, threshold], owners: ["left", "right"], pieces: [[0], [1], [0]] },
    x,
  );
}
