import { constant } from "../leaves.ts";
import { apply, type Value } from "../value.ts";
import { divide } from "./divide.ts";
import { multiply } from "./multiply.ts";
import { unaryOp } from "./pointwise.ts";

export const squareRootOp = unaryOp<null>({
  name: "square-root",
  of: (x) => Math.sqrt(x),
  derivative: (value) => divide(constant(0.5), value),
  multiply,
  trials: [{ shapes: [[3, 5]], attributes: null, entries: [(normal) => Math.exp(normal) + 0.5] }],
});

/** The square root, of entries >= 0. */
export function squareRoot(x: Value): Value {
  return apply(squareRootOp, [x], null);
}
