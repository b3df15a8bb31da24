import {
  broadcastShape,
  broadcastStrides,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
  stridesOf,
  walkTogether,
} from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

interface Target {
  readonly shape: Shape;
}

function requireRepeats(small: Shape, large: Shape): void {
  const fits = small.length <= large.length && sameShape(broadcastShape(small, large), large);
  if (!fits) throw new RangeError(`shape ${shapeText(small)} can't be repeated to ${shapeText(large)}`);
}

const pairs: readonly (readonly [small: Shape, large: Shape])[] = [
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [3, 1, 2],
    [3, 4, 2],
  ],
  [[], [2, 2]],
  [
    [1, 2, 1, 3],
    [2, 2, 5, 3],
  ],
];

export const broadcastOp: Op<Target> = {
  name: "broadcast",
  shape([from], { shape }) {
    requireRepeats(from!, shape);
    return shape;
  },
  backward: ({ inputs }, gradient) => [sumTo(gradient, inputs[0]!.shape)],
  evaluate([entries], { inputs, shape }) {
    const result = new Float64Array(sizeOf(shape));
    walkTogether(shape, broadcastStrides(inputs[0]!.shape, shape), stridesOf(shape), (from, to) => {
      result[to] = entries![from]!;
    });
    return result;
  },
  trials: pairs.map(([small, large]) => ({ shapes: [small], attributes: { shape: large } })),
};

export const sumToOp: Op<Target> = {
  name: "sum-to",
  shape([from], { shape }) {
    requireRepeats(shape, from!);
    return shape;
  },
  backward: ({ inputs }, gradient) => [broadcastTo(gradient, inputs[0]!.shape)],
  evaluate([entries], { inputs, shape }) {
    const large = inputs[0]!.shape;
    const result = new Float64Array(sizeOf(shape));
    walkTogether(large, broadcastStrides(shape, large), stridesOf(large), (to, from) => {
      result[to]! += entries![from]!;
    });
    return result;
  },
  trials: pairs.map(([small, large]) => ({ shapes: [large], attributes: { shape: small } })),
};

/** Repeats an array along sides of 1 and missing outer axes. @throws {RangeError} If it doesn't fit. */
export function broadcastTo(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(broadcastOp, [x], { shape });
}

/** The sums over what {@link broadcastTo} would repeat. @throws {RangeError} If it doesn't fit. */
export function sumTo(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(sumToOp, [x], { shape });
}

/** The sum of all entries, shape `[]`. */
export function sum(x: Value): Value {
  return sumTo(x, []);
}

/** The sums along the innermost axis, whose side becomes 1. */
export function sumRows(x: Value): Value {
  return sumTo(x, [...x.shape.slice(0, -1), 1]);
}
