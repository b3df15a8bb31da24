import { type Shape, shapeText, sizeOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  shape([from], { shape }) {
    if (sizeOf(from!) !== sizeOf(shape)) {
      throw new RangeError(`${shapeText(from!)} and ${shapeText(shape)} have different numbers of entries`);
    }
    return shape;
  },
  backward: ({ inputs }, gradient) => [reshape(gradient, inputs[0]!.shape)],
  evaluate: ([x]) => Float64Array.from(x!),
  trials: [{ shapes: [[4, 3]], attributes: { shape: [2, 2, 3] } }],
};

/** The same entries in the same order under another shape. @throws {RangeError} If their number differs. */
export function reshape(x: Value, shape: Shape): Value {
  return apply(reshapeOp, [x], { shape });
}
