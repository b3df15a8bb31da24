import { apply, type Op, type Value } from "../value.ts";

interface Coefficients {
  readonly factor: number;
  readonly offset: number;
}

export const linearOp: Op<Coefficients> = {
  name: "linear",
  shape: ([x]) => x!,
  backward: ({ attributes: { factor } }, gradient) => [linear(gradient, factor)],
  evaluate: ([x], { attributes: { factor, offset } }) => x!.map((each) => factor * each + offset),
  trials: [{ shapes: [[3, 5]], attributes: { factor: -2.5, offset: 0.75 } }],
};

/** factor x + offset, both known when the graph is traced. */
export function linear(x: Value, factor: number, offset = 0): Value {
  return apply(linearOp, [x], { factor, offset });
}

/** -x. */
export function negate(x: Value): Value {
  return linear(x, -1);
}
