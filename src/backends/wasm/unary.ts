import { hasLabelOp } from "../../autodiff/ops/cross-entropy.ts";
import { errorFunctionOp } from "../../autodiff/ops/error-function.ts";
import { exponentialOp } from "../../autodiff/ops/exponential.ts";
import { hyperbolicTangentOp } from "../../autodiff/ops/hyperbolic-tangent.ts";
import { linearOp } from "../../autodiff/ops/linear.ts";
import { logarithmOp } from "../../autodiff/ops/logarithm.ts";
import { squareRootOp } from "../../autodiff/ops/square-root.ts";
import type { Op } from "../../autodiff/value.ts";
import { operand, result, type WasmKernel } from "./kernel.ts";

/** A function of one number, with its coefficients. */
function unaryKernel<A>(
  op: Op<A>,
  kernel: string,
  coefficients: (attributes: A) => readonly number[] = () => [],
): WasmKernel<A> {
  return {
    op,
    lower: ({ attributes }) => ({
      entrywise: { kernel, args: [operand(0), result, ...coefficients(attributes)] },
    }),
  };
}

export const linearKernel: WasmKernel<{ readonly factor: number; readonly offset: number }> = unaryKernel(
  linearOp,
  "linear",
  ({ factor, offset }) => [factor, offset],
);

export const unaryKernels: readonly WasmKernel<null>[] = [
  unaryKernel(exponentialOp, "exponential"),
  unaryKernel(logarithmOp, "logarithm"),
  unaryKernel(squareRootOp, "squareRoot"),
  unaryKernel(hyperbolicTangentOp, "hyperbolicTangent"),
  unaryKernel(errorFunctionOp, "errorFunction"),
  unaryKernel(hasLabelOp, "hasLabel"),
];
