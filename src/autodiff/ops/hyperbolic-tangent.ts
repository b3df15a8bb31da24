import { apply, type Value } from "../value.ts";
import { linear } from "./linear.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

export const hyperbolicTangentOp = unaryOp<null>({
  name: "hyperbolic-tangent",
  of: (x) => Math.tanh(x),
  derivative: (value) => linear(multiply(value, value), -1, 1),
  multiply,
  trials: [{ shapes: [[3, 5]], attributes: null }],
});

/** tanh x. */
export function hyperbolicTangent(x: Value): Value {
  return apply(hyperbolicTangentOp, [x], null);
}
