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
import type { WasmKernel } from "./kernel.ts";
import { piecewisePolynomialKernel } from "./piecewise-polynomial.ts";
import { pointwiseKernels } from "./pointwise.ts";
import { crossEntropyKernels, normalizeKernels, rowKernels } from "./rows.ts";
import { sumOfSquaresKernel, sumToKernel } from "./sums.ts";
import { gatherKernel, scatterAddKernel } from "./tables.ts";
import { linearKernel, unaryKernels } from "./unary.ts";
import { adamStepKernel, movingAverageKernel } from "./updates.ts";

/** A kernel for each op of `autodiff/catalogue.ts`. */
export const wasmKernels: readonly WasmKernel<unknown>[] = [
  adamStepKernel,
  broadcastKernel,
  concatenateKernel,
  contractionKernel,
  ...crossEntropyKernels,
  detachKernel,
  gatherKernel,
  linearKernel,
  movingAverageKernel,
  ...normalizeKernels,
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
export const kernelOf = kernelsByOp(wasmKernels, "WebAssembly");
