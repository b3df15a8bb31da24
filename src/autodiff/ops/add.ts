import type { Value } from "../value.ts";
import { binary, binaryOp } from "./pointwise.ts";

export const addOp = binaryOp({
  name: "add",
  of: (a, b) => a + b,
  backward: (_a, _b, gradient) => [gradient, gradient],
});

/** a + b. */
export function add(a: Value, b: Value): Value {
  return binary(addOp, a, b);
}
