import { correctOp } from "../../autodiff/ops/correct.ts";
import { crossEntropyGradientOp, crossEntropyOp } from "../../autodiff/ops/cross-entropy.ts";
import { logSoftmaxOp } from "../../autodiff/ops/log-softmax.ts";
import { normalizeGradientOp, normalizeOp } from "../../autodiff/ops/normalize.ts";
import { softmaxGradientOp, softmaxOp } from "../../autodiff/ops/softmax.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Op } from "../../autodiff/value.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

/** A function of each row along the innermost axis of the first input; the other inputs have rows, or numbers, beside. */
function rowKernel<A>(
  op: Op<A>,
  kernel: string,
  numbers: (attributes: A) => readonly number[],
): WasmKernel<A> {
  return {
    op,
    lower({ inputs, attributes }) {
      const width = inputs[0]!.shape.at(-1) ?? 1;
      const entries = sizeOf(inputs[0]!.shape);
      const args = [...inputs.map((_, place) => operand(place)), result, width, ...numbers(attributes)];
      // Of an exponential, or of several passes: dearer than a copy.
      return { phases: [[{ kernel, args, count: entries / width, step: 1, entries: entries * 4 }]] };
    },
  };
}

const none = () => [];

interface Moments {
  readonly centred: boolean;
  readonly epsilon: number;
}

const moments = ({ centred, epsilon }: Moments) => [centred ? 1 : 0, epsilon];

export const rowKernels: readonly WasmKernel<null>[] = [
  rowKernel(softmaxOp, "softmax", none),
  rowKernel(softmaxGradientOp, "softmaxGradient", none),
  rowKernel(logSoftmaxOp, "logSoftmax", none),
  rowKernel(correctOp, "correct", none),
];
export const normalizeKernels: readonly WasmKernel<Moments>[] = [
  rowKernel(normalizeOp, "normalize", moments),
  rowKernel(normalizeGradientOp, "normalizeGradient", moments),
];

export const crossEntropyKernels: readonly WasmKernel<{ readonly smoothing: number }>[] = [
  rowKernel(crossEntropyOp, "crossEntropy", ({ smoothing }) => [smoothing]),
  rowKernel(crossEntropyGradientOp, "crossEntropyGradient", ({ smoothing }) => [smoothing]),
];
