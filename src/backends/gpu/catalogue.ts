import { kernelsByOp } from "../lowered-program.ts";
import { contractionKernel } from "./contraction.ts";
import {
  broadcastKernel,
  concatenateKernel,
  detachKernel,
  padKernel,
  permuteKernel,
  reshapeKernel,
  sliceKernel,
} from "./copies.ts";
import { crossEntropyGradientKernel, crossEntropyKernel } from "./cross-entropy.ts";
import type { GpuKernel } from "./kernel.ts";
import { normalizeGradientKernel, normalizeKernel } from "./normalize.ts";
import { piecewisePolynomialKernel } from "./piecewise-polynomial.ts";
import { pointwiseKernels } from "./pointwise.ts";
import { rowKernels } from "./rows.ts";
import { sumOfSquaresKernel, sumToKernel } from "./sums.ts";
import { gatherKernel, scatterAddKernel } from "./tables.ts";
import { linearKernel, unaryKernels } from "./unary.ts";
import { adamStepKernel, movingAverageKernel } from "./updates.ts";

/** A kernel for each op of `autodiff/catalogue.ts`. */
export const gpuKernels: readonly GpuKernel<unknown>[] = [
  adamStepKernel,
  broadcastKernel,
  concatenateKernel,
  contractionKernel,
  crossEntropyGradientKernel,
  crossEntropyKernel,
  detachKernel,
  gatherKernel,
  linearKernel,
  movingAverageKernel,
  normalizeGradientKernel,
  normalizeKernel,
  padKernel,
  permuteKernel,
  piecewisePolynomialKernel,
  ...pointwiseKernels,
  reshapeKernel,
  ...rowKernels,
  scatterAddKernel,
  sliceKernel,
  sumOfSquaresKernel,
  sumToKernel,
  ...unaryKernels,
];

/** The kernel of an op. @throws {RangeError} If it has none. */
export const kernelOf = kernelsByOp(gpuKernels, "GPU");
