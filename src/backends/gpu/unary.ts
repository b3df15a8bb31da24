import { hasLabelOp } from "../../autodiff/ops/cross-entropy.ts";
import { errorFunctionOp } from "../../autodiff/ops/error-function.ts";
import { exponentialOp } from "../../autodiff/ops/exponential.ts";
import { hyperbolicTangentOp } from "../../autodiff/ops/hyperbolic-tangent.ts";
import { linearOp } from "../../autodiff/ops/linear.ts";
import { logarithmOp } from "../../autodiff/ops/logarithm.ts";
import { squareRootOp } from "../../autodiff/ops/square-root.ts";
import { sizeOf } from "../../autodiff/shape.ts";
import type { Op } from "../../autodiff/value.ts";
import { type GpuKernel, input } from "./kernel.ts";

/** A function of one number x. @param body - ends with a return. */
export function unaryKernel<A>(op: Op<A>, body: (attributes: A) => string): GpuKernel<A> {
  return {
    op,
    lower: ({ attributes, shape }) => ({
      calls: [
        {
          source: `function (a) { const x = a[this.thread.x]; ${body(attributes)} }`,
          operands: [input(0)],
          count: sizeOf(shape),
          own: [0],
        },
      ],
    }),
  };
}

/**
 * erf x: its power series below 1/2, beyond it 1 less the complementary function by a Chebyshev fit of that over e^(-x^2),
 * whose relative error is 1.2e-7.
 *
 * @source Press et al. 1992, Numerical Recipes, section 6.2 (erfcc).
 */
const errorFunction = `
  const size = Math.abs(x);
  if (size < 0.5) {
    const y = x * x;
    return x * ${2 / Math.sqrt(Math.PI)} * (1 - y * (1/3 - y * (0.1 - y * (1/42 - y * (1/216 - y * (1/1320))))));
  }
  const t = 1 / (1 + 0.5 * size);
  const fit = 1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398
    + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))));
  const rest = t * Math.exp(-x * x - 1.26551223 + t * fit);
  return (x < 0 ? rest - 1 : 1 - rest);`.replaceAll(/1\/\d+/g, (share) => String(1 / Number(share.slice(2))));

/** tanh x, which some drivers get wrong where e^2x overflows: by the exponential, and by its series near 0. */
const hyperbolicTangent = `
  const size = Math.abs(x);
  if (size < 0.25) {
    const y = x * x;
    return x * (1 - y * (${1 / 3} - y * (${2 / 15} - y * (${17 / 315} - y * ${62 / 2835}))));
  }
  const rest = 2 / (Math.exp(2 * Math.min(size, 20)) + 1);
  return (x < 0 ? rest - 1 : 1 - rest);`;

export const linearKernel: GpuKernel<{ readonly factor: number; readonly offset: number }> = unaryKernel(
  linearOp,
  ({ factor, offset }) => `return (${factor}) * x + (${offset});`,
);

export const unaryKernels: readonly GpuKernel<null>[] = [
  unaryKernel(exponentialOp, () => "return Math.exp(x);"),
  unaryKernel(logarithmOp, () => "return Math.log(x);"),
  unaryKernel(squareRootOp, () => "return Math.sqrt(x);"),
  unaryKernel(hyperbolicTangentOp, () => hyperbolicTangent),
  unaryKernel(errorFunctionOp, () => errorFunction),
  unaryKernel(hasLabelOp, () => "return (x < 0 ? 0 : 1);"),
];
