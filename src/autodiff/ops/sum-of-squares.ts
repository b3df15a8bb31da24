import { apply, type Op, type Value } from "../value.ts";
import { linear } from "./linear.ts";
import { multiply } from "./multiply.ts";

export const sumOfSquaresOp: Op<null> = {
  name: "sum-of-squares",
  shape: () => [],
  backward: ({ inputs: [x] }, gradient) => [multiply(linear(x!, 2), gradient)],
  evaluate: ([x]) => Float64Array.of(x!.reduce((total, each) => total + each * each, 0)),
  trials: [{ shapes: [[5, 7]], attributes: null }],
};

/** The sum of all entries' squares, shape `[]`. */
export function sumOfSquares(x: Value): Value {
  return apply(sumOfSquaresOp, [x], null);
}
