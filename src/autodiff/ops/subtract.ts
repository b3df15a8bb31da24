import type { Value } from "../value.ts";
import { negate } from "./linear.ts";
import { binary, binaryOp } from "./pointwise.ts";

export const subtractOp = binaryOp({
  name: "subtract",
  of: (a, b) => a - b,
  backward: (_a, _b, gradient) => [gradient, negate(gradient)],
});

/** a - b. */
export function subtract(a: Value, b: Value): Value {
  return binary(subtractOp, a, b);
}
