import { shapeText, sizeOf, stridesOf, walkTogether } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

interface Axes {
  /** For each axis of the result, that of the argument. */
  readonly axes: readonly number[];
}

export const permuteOp: Op<Axes> = {
  name: "permute",
  shape([from], { axes }) {
    if (axes.length !== from!.length || axes.some((_, axis) => !axes.includes(axis))) {
      throw new RangeError(`[${axes.join(", ")}] is no order of the axes of ${shapeText(from!)}`);
    }
    return axes.map((axis) => from![axis]!);
  },
  backward: ({ attributes: { axes } }, gradient) => [
    permute(
      gradient,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  evaluate([x], { inputs, shape, attributes: { axes } }) {
    const result = new Float64Array(sizeOf(shape));
    const strides = stridesOf(inputs[0]!.shape);
    const from = axes.map((axis) => strides[axis]!);
    walkTogether(shape, from, from, (place, _, to) => {
      result[to] = x![place]!;
    });
    return result;
  },
  trials: [
    { shapes: [[2, 3, 4]], attributes: { axes: [2, 0, 1] } },
    { shapes: [[3, 2]], attributes: { axes: [1, 0] } },
    { shapes: [[2, 3, 2, 3, 2]], attributes: { axes: [0, 1, 3, 2, 4] } },
  ],
};

/** An array with its axes in another order: axis i of the result is axis `axes[i]` of `x`. */
export function permute(x: Value, axes: readonly number[]): Value {
  return apply(permuteOp, [x], { axes });
}
