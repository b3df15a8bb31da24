import type { Value } from "../value.ts";
import { negate } from "./linear.ts";
import { multiply } from "./multiply.ts";
import { binary, binaryOp } from "./pointwise.ts";

export const divideOp = binaryOp({
  name: "divide",
  of: (a, b) => a / b,
  backward: (_a, b, gradient, value) => [divide(gradient, b), negate(divide(multiply(gradient, value), b))],
  entries: [null, (normal) => (normal < 0 ? normal - 0.5 : normal + 0.5)],
});

/** a / b, entry by entry. */
export function divide(a: Value, b: Value): Value {
  return binary(divideOp, a, b);
}
