import { constant } from "../leaves.ts";
import { apply, type Value } from "../value.ts";
import { divide } from "./divide.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

export const logarithmOp = unaryOp<null>({
  name: "logarithm",
  of: (x) => Math.log(x),
  derivative: ({ inputs }) => divide(constant(1), inputs[0]!),
  multiply,
  trials: [{ shapes: [[3, 5]], attributes: null, entries: [(normal) => Math.exp(normal) + 0.5] }],
});

/** ln x, of positive entries. */
export function logarithm(x: Value): Value {
  return apply(logarithmOp, [x], null);
}
