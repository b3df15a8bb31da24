import { apply, type Value } from "../value.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

export const exponentialOp = unaryOp<null>({
  name: "exponential",
  of: (x) => Math.exp(x),
  derivative: (value) => value,
  multiply,
  trials: [{ shapes: [[3, 5]], attributes: null }],
});

/** e^x. */
export function exponential(x: Value): Value {
  return apply(exponentialOp, [x], null);
}
