import { broadcastOp } from "../../autodiff/ops/broadcasting.ts";
import { concatenate, concatenateOp } from "../../autodiff/ops/concatenate.ts";
import { detachOp } from "../../autodiff/ops/detach.ts";
import { permuteOp } from "../../autodiff/ops/permute.ts";
import { reshapeOp } from "../../autodiff/ops/reshape.ts";
import { padOp, sliceOp } from "../../autodiff/ops/slice.ts";
import { broadcastStrides, type Shape, sizeOf, stridesOf } from "../../autodiff/shape.ts";
import { type GpuKernel, input, type Lowered, parameters } from "./kernel.ts";
import { coordinates, fused, offset } from "./kernel-text.ts";

/** Entries of the first input by strides. */
function strided(shape: Shape, strides: readonly number[], first = 0): Lowered {
  const walk = fused(shape, [strides]);
  const { text, at } = coordinates(walk.sides);
  const source = `function (a) { ${text} return a[${offset(at, walk.strides[0]!, first)}]; }`;
  return { calls: [{ source, operands: [input(0)], count: sizeOf(shape) }] };
}

export const broadcastKernel: GpuKernel<{ readonly shape: Shape }> = {
  op: broadcastOp,
  lower: ({ inputs, shape }) => strided(shape, broadcastStrides(inputs[0]!.shape, shape)),
};

export const permuteKernel: GpuKernel<{ readonly axes: readonly number[] }> = {
  op: permuteOp,
  lower({ inputs, shape, attributes: { axes } }) {
    const strides = stridesOf(inputs[0]!.shape);
    return strided(
      shape,
      axes.map((axis) => strides[axis]!),
    );
  },
};

export const sliceKernel: GpuKernel<{
  readonly axis: number;
  readonly start: number;
  readonly length: number;
}> = {
  op: sliceOp,
  lower({ inputs, shape, attributes: { axis, start } }) {
    const strides = stridesOf(inputs[0]!.shape);
    return strided(shape, strides, start * strides[axis]!);
  },
};

/** Sides before an axis as one, that of the axis, and those after it as one. */
function around(shape: Shape, axis: number): readonly [outer: number, side: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

export const padKernel: GpuKernel<{
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}> = {
  op: padOp,
  lower({ inputs, shape, attributes: { axis, before } }) {
    const [outer, side, inner] = around(shape, axis);
    const own = inputs[0]!.shape[axis]!;
    const { text, at } = coordinates([outer, side, inner]);
    const place = offset(at, [own * inner, inner, 1], -before * inner);
    const source = `function (a) { ${text}
        if (${at[1]} < ${before}) { return 0; }
        if (${at[1]} >= ${before + own}) { return 0; }
        return a[${place}];
      }`;
    return { calls: [{ source, operands: [input(0)], count: sizeOf(shape) }] };
  },
};

/** Arrays that one kernel joins: with the result 8 buffers, which every adapter binds, would be one too few for 8. */
const mostJoined = 6;

export const concatenateKernel: GpuKernel<{ readonly axis: number }> = {
  op: concatenateOp,
  lower({ inputs, shape, attributes: { axis } }) {
    if (inputs.length > mostJoined) {
      const joined = [];
      for (let from = 0; from < inputs.length; from += mostJoined) {
        joined.push(concatenate(inputs.slice(from, from + mostJoined), axis));
      }
      return { instead: concatenate(joined, axis) };
    }
    const { text, at } = coordinates(around(shape, axis));
    let end = 0;
    const branches = inputs.map((each, place) => {
      const [, side, inner] = around(each.shape, axis);
      const entry = offset(at, [side * inner, inner, 1], -end * inner);
      end += side;
      const name = String.fromCharCode(97 + place);
      return place < inputs.length - 1
        ? `if (${at[1]} < ${end}) { return ${name}[${entry}]; }`
        : `return ${name}[${entry}];`;
    });
    const source = `function (${parameters(inputs.length)}) { ${text}\n${branches.join("\n")} }`;
    return {
      calls: [{ source, operands: inputs.map((_, place) => input(place)), count: sizeOf(shape) }],
    };
  },
};

export const reshapeKernel: GpuKernel<{ readonly shape: Shape }> = {
  op: reshapeOp,
  lower: () => ({ alias: true }),
};

export const detachKernel: GpuKernel<null> = { op: detachOp, lower: () => ({ alias: true }) };
