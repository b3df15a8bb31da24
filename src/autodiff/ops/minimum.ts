import { constant } from "../leaves.ts";
import { apply, type Value } from "../value.ts";
import { negate } from "./linear.ts";
import { multiply } from "./multiply.ts";
import { binary, binaryOp } from "./pointwise.ts";
import { subtract } from "./subtract.ts";

/** 1 where a <= b, else 0; no gradient flows. */
export const notAboveOp = binaryOp({
  name: "not-above",
  of: (a, b) => (a <= b ? 1 : 0),
  backward: () => [null, null],
});

export const minimumOp = binaryOp({
  name: "minimum",
  of: (a, b) => Math.min(a, b),
  backward(a, b, gradient) {
    const first = apply(notAboveOp, [a, b], null);
    return [multiply(gradient, first), multiply(gradient, subtract(constant(1), first))];
  },
});

/** 1 where a <= b, else 0, entry by entry; no gradient flows. */
export function notAbove(a: Value, b: Value): Value {
  return binary(notAboveOp, a, b);
}

/** The smaller of a and b, entry by entry; where they are equal the gradient is a's. */
export function minimum(a: Value, b: Value): Value {
  return binary(minimumOp, a, b);
}

/** The larger of a and b, entry by entry; where they are equal the gradient is a's. */
export function maximum(a: Value, b: Value): Value {
  return negate(minimum(negate(a), negate(b)));
}
