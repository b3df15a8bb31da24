import { apply, type Op, type Value } from "../value.ts";

export const detachOp: Op<null> = {
  name: "detach",
  shape: ([x]) => x!,
  backward: () => [null],
  evaluate: ([x]) => Float64Array.from(x!),
  trials: [{ shapes: [[3, 5]], attributes: null }],
};

/** x, through which no gradient flows. */
export function detach(x: Value): Value {
  return apply(detachOp, [x], null);
}
