import { broadcastOp } from "../../autodiff/ops/broadcasting.ts";
import { concatenateOp } from "../../autodiff/ops/concatenate.ts";
import { detachOp } from "../../autodiff/ops/detach.ts";
import { permuteOp } from "../../autodiff/ops/permute.ts";
import { reshapeOp } from "../../autodiff/ops/reshape.ts";
import { padOp, sliceOp } from "../../autodiff/ops/slice.ts";
import { broadcastStrides, type Shape, sizeOf, stridesOf } from "../../autodiff/shape.ts";
import { type Argument, type Lowered, operand, result, type SharedCall, type WasmKernel } from "./kernel.ts";

export const reshapeKernel: WasmKernel<{ readonly shape: Shape }> = {
  op: reshapeOp,
  lower: () => ({ alias: true }),
};

export const detachKernel: WasmKernel<null> = { op: detachOp, lower: () => ({ alias: true }) };

/** Entries of the first input, by strides that stand for axes of the result. */
function copyStrided(shape: Shape, strides: readonly number[]): Lowered {
  const axes: { side: number; stride: number }[] = [];
  for (const [axis, side] of shape.entries()) {
    if (side === 1) continue;
    const stride = strides[axis]!;
    const outer = axes.at(-1);
    if (outer?.stride === stride * side) axes[axes.length - 1] = { side: outer.side * side, stride };
    else axes.push({ side, stride });
  }
  if (axes.length === 0) axes.push({ side: 1, stride: 1 });
  const table = [...axes.map(({ side }) => side), ...axes.map(({ stride }) => stride)];
  const args: Argument[] = [operand(0), result, { table, type: "int32" }, axes.length];
  const entries = sizeOf(shape);
  return {
    phases: [[{ kernel: "copyStrided", args, count: entries / axes.at(-1)!.side, step: 1, entries }]],
  };
}

export const broadcastKernel: WasmKernel<{ readonly shape: Shape }> = {
  op: broadcastOp,
  lower: ({ inputs, shape }) => copyStrided(shape, broadcastStrides(inputs[0]!.shape, shape)),
};

export const permuteKernel: WasmKernel<{ readonly axes: readonly number[] }> = {
  op: permuteOp,
  lower({ inputs, shape, attributes: { axes } }) {
    const strides = stridesOf(inputs[0]!.shape);
    return copyStrided(
      shape,
      axes.map((axis) => strides[axis]!),
    );
  },
};

/** Where runs along an axis lie in an array, in entries. */
interface Runs {
  readonly pitch: number;
  readonly start: number;
}

/** Copies runs from an input to the result. */
function copyRuns(place: number, from: Runs, to: Runs, length: number, count: number): SharedCall {
  const args = [operand(place), from.pitch, from.start, result, to.pitch, to.start, length];
  return { kernel: "copyRuns", args, count, step: 1, entries: length * count };
}

function clearRuns(to: Runs, length: number, count: number): SharedCall {
  const args = [result, to.pitch, to.start, length];
  return { kernel: "clearRuns", args, count, step: 1, entries: length * count };
}

export const sliceKernel: WasmKernel<{
  readonly axis: number;
  readonly start: number;
  readonly length: number;
}> = {
  op: sliceOp,
  lower({ inputs, shape, attributes: { axis, start, length } }) {
    const inner = sizeOf(shape.slice(axis + 1));
    const from = { pitch: inputs[0]!.shape[axis]! * inner, start: start * inner };
    const to = { pitch: length * inner, start: 0 };
    return { phases: [[copyRuns(0, from, to, length * inner, sizeOf(shape.slice(0, axis)))]] };
  },
};

export const padKernel: WasmKernel<{
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}> = {
  op: padOp,
  lower({ inputs, shape, attributes: { axis, before, after } }) {
    const inner = sizeOf(shape.slice(axis + 1));
    const count = sizeOf(shape.slice(0, axis));
    const length = inputs[0]!.shape[axis]! * inner;
    const pitch = shape[axis]! * inner;
    const end = before * inner + length;
    const calls = [copyRuns(0, { pitch: length, start: 0 }, { pitch, start: before * inner }, length, count)];
    if (before > 0) calls.push(clearRuns({ pitch, start: 0 }, before * inner, count));
    if (after > 0) calls.push(clearRuns({ pitch, start: end }, after * inner, count));
    return { phases: [calls] };
  },
};

export const concatenateKernel: WasmKernel<{ readonly axis: number }> = {
  op: concatenateOp,
  lower({ inputs, shape, attributes: { axis } }) {
    const inner = sizeOf(shape.slice(axis + 1));
    const count = sizeOf(shape.slice(0, axis));
    const pitch = shape[axis]! * inner;
    let start = 0;
    const calls = inputs.map((input, place) => {
      const length = input.shape[axis]! * inner;
      start += length;
      const to = { pitch, start: start - length };
      return copyRuns(place, { pitch: length, start: 0 }, to, length, count);
    });
    return { phases: [calls] };
  },
};
