import { shapeText, sizeOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

interface Piece {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
}

interface Margins {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Copies runs of `length` along an axis between arrays whose sides along it differ. */
function copyRuns(
  from: Float64Array,
  fromSide: number,
  fromStart: number,
  to: Float64Array,
  toSide: number,
  toStart: number,
  length: number,
  inner: number,
): Float64Array {
  const outer = from.length / (fromSide * inner);
  for (let i = 0; i < outer; i++) {
    const first = (i * fromSide + fromStart) * inner;
    to.set(from.subarray(first, first + length * inner), (i * toSide + toStart) * inner);
  }
  return to;
}

export const sliceOp: Op<Piece> = {
  name: "slice",
  shape([from], { axis, start, length }) {
    const side = from![axis];
    if (side === undefined || start < 0 || length < 1 || start + length > side) {
      throw new RangeError(
        `no places ${start} to ${start + length} along axis ${axis} of ${shapeText(from!)}`,
      );
    }
    return from!.with(axis, length);
  },
  backward({ inputs, attributes: { axis, start, length } }, gradient) {
    return [pad(gradient, axis, start, inputs[0]!.shape[axis]! - start - length)];
  },
  evaluate([x], { inputs, shape, attributes: { axis, start, length } }) {
    const result = new Float64Array(sizeOf(shape));
    const inner = sizeOf(shape.slice(axis + 1));
    return copyRuns(x!, inputs[0]!.shape[axis]!, start, result, length, 0, length, inner);
  },
  trials: [
    { shapes: [[2, 5, 3]], attributes: { axis: 1, start: 1, length: 3 } },
    { shapes: [[4, 6]], attributes: { axis: 1, start: 0, length: 2 } },
    { shapes: [[4, 2]], attributes: { axis: 0, start: 3, length: 1 } },
  ],
};

export const padOp: Op<Margins> = {
  name: "pad",
  shape([from], { axis, before, after }) {
    const side = from![axis];
    if (side === undefined || before < 0 || after < 0) {
      throw new RangeError(`no margins of ${before} and ${after} along axis ${axis} of ${shapeText(from!)}`);
    }
    return from!.with(axis, before + side + after);
  },
  backward({ inputs, attributes: { axis, before } }, gradient) {
    return [slice(gradient, axis, before, inputs[0]!.shape[axis]!)];
  },
  evaluate([x], { inputs, shape, attributes: { axis, before } }) {
    const side = inputs[0]!.shape[axis]!;
    const result = new Float64Array(sizeOf(shape));
    const inner = sizeOf(shape.slice(axis + 1));
    return copyRuns(x!, side, 0, result, shape[axis]!, before, side, inner);
  },
  trials: [
    { shapes: [[2, 3, 2]], attributes: { axis: 1, before: 1, after: 2 } },
    { shapes: [[3, 2]], attributes: { axis: 1, before: 0, after: 3 } },
  ],
};

/** The places `start` to `start + length` along an axis. @throws {RangeError} If there are none such. */
export function slice(x: Value, axis: number, start: number, length: number): Value {
  const whole = start === 0 && length === x.shape[axis];
  return whole ? x : apply(sliceOp, [x], { axis, start, length });
}

/** Zeros before and after along an axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  return before === 0 && after === 0 ? x : apply(padOp, [x], { axis, before, after });
}
