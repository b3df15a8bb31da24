import { shapeText, sizeOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";
import { slice } from "./slice.ts";

export const concatenateOp: Op<{ readonly axis: number }> = {
  name: "concatenate",
  shape(shapes, { axis }) {
    const [first] = shapes as [readonly number[]];
    for (const shape of shapes) {
      const fits =
        shape.length === first.length && shape.every((side, each) => each === axis || side === first[each]);
      if (!fits || axis >= first.length) {
        throw new RangeError(`${shapes.map(shapeText).join(" and ")} don't fit along axis ${axis}`);
      }
    }
    return first.with(
      axis,
      shapes.reduce((total, shape) => total + shape[axis]!, 0),
    );
  },
  backward({ inputs, attributes: { axis } }, gradient) {
    let start = 0;
    return inputs.map(({ shape }) => {
      start += shape[axis]!;
      return slice(gradient, axis, start - shape[axis]!, shape[axis]!);
    });
  },
  evaluate(entries, { inputs, shape, attributes: { axis } }) {
    const result = new Float64Array(sizeOf(shape));
    const inner = sizeOf(shape.slice(axis + 1));
    const outer = sizeOf(shape.slice(0, axis));
    let start = 0;
    for (const [place, x] of entries.entries()) {
      const run = inputs[place]!.shape[axis]! * inner;
      for (let i = 0; i < outer; i++) {
        result.set(x.subarray(i * run, (i + 1) * run), i * shape[axis]! * inner + start);
      }
      start += run;
    }
    return result;
  },
  trials: [
    {
      shapes: [
        [2, 1, 3],
        [2, 4, 3],
      ],
      attributes: { axis: 1 },
    },
    {
      shapes: [
        [2, 3],
        [1, 3],
        [2, 3],
      ],
      attributes: { axis: 0 },
    },
  ],
};

/** Arrays one after the other along an axis. @throws {RangeError} If their other sides differ. */
export function concatenate(values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0]! : apply(concatenateOp, values, { axis });
}
