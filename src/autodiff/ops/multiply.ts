import type { Value } from "../value.ts";
import { binary, binaryOp } from "./pointwise.ts";

export const multiplyOp = binaryOp({
  name: "multiply",
  of: (a, b) => a * b,
  backward: (a, b, gradient) => [multiply(gradient, b), multiply(gradient, a)],
});

/** a b, entry by entry. */
export function multiply(a: Value, b: Value): Value {
  return binary(multiplyOp, a, b);
}
