import { erf as errorFunctionAt } from "../../linalg/error-function.ts";
import { apply, type Value } from "../value.ts";
import { exponential } from "./exponential.ts";
import { linear } from "./linear.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

export const errorFunctionOp = unaryOp<null>({
  name: "error-function",
  of: (x) => errorFunctionAt(x),
  derivative({ inputs }) {
    const x = inputs[0]!;
    return linear(exponential(linear(multiply(x, x), -1)), 2 / Math.sqrt(Math.PI));
  },
  multiply,
  trials: [{ shapes: [[3, 5]], attributes: null }],
});

/** erf x = 2 / sqrt pi times the integral of e^(-t^2) from 0 to x. */
export function erf(x: Value): Value {
  return apply(errorFunctionOp, [x], null);
}
