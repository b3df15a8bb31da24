import { apply, type Op, type Value } from "../value.ts";
import { sumRows } from "./broadcasting.ts";
import { multiply } from "./multiply.ts";
import { eachRow, softmax } from "./softmax.ts";
import { subtract } from "./subtract.ts";

export const logSoftmaxOp: Op<null> = {
  name: "log-softmax",
  shape: ([x]) => x!,
  backward: ({ inputs }, gradient) => [subtract(gradient, multiply(softmax(inputs[0]!), sumRows(gradient)))],
  evaluate([x], { shape }) {
    const result = new Float64Array(x!.length);
    eachRow(shape.at(-1)!, [x!, result], (from, to) => {
      const largest = from!.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const total = from!.reduce((sum, each) => sum + Math.exp(each - largest), 0);
      to!.set(from!.map((each) => each - largest - Math.log(total)));
    });
    return result;
  },
  trials: [{ shapes: [[3, 5]], attributes: null }],
};

/** x - ln of the sum of e^x along the innermost axis. */
export function logSoftmax(x: Value): Value {
  return apply(logSoftmaxOp, [x], null);
}
