import { adamStepOp } from "./ops/adam-step.ts";
import { addOp } from "./ops/add.ts";
import { broadcastOp, sumToOp } from "./ops/broadcasting.ts";
import { concatenateOp } from "./ops/concatenate.ts";
import { contractionOp } from "./ops/contraction.ts";
import { correctOp } from "./ops/correct.ts";
import { crossEntropyGradientOp, crossEntropyOp, hasLabelOp } from "./ops/cross-entropy.ts";
import { detachOp } from "./ops/detach.ts";
import { divideOp } from "./ops/divide.ts";
import { errorFunctionOp } from "./ops/error-function.ts";
import { exponentialOp } from "./ops/exponential.ts";
import { gatherOp, scatterAddOp } from "./ops/gather.ts";
import { hyperbolicTangentOp } from "./ops/hyperbolic-tangent.ts";
import { linearOp } from "./ops/linear.ts";
import { logSoftmaxOp } from "./ops/log-softmax.ts";
import { logarithmOp } from "./ops/logarithm.ts";
import { minimumOp, notAboveOp } from "./ops/minimum.ts";
import { movingAverageOp } from "./ops/moving-average.ts";
import { multiplyOp } from "./ops/multiply.ts";
import { normalizeGradientOp, normalizeOp } from "./ops/normalize.ts";
import { permuteOp } from "./ops/permute.ts";
import { piecewisePolynomialOp } from "./ops/piecewise-polynomial.ts";
import { reshapeOp } from "./ops/reshape.ts";
import { padOp, sliceOp } from "./ops/slice.ts";
import { softmaxGradientOp, softmaxOp } from "./ops/softmax.ts";
import { squareRootOp } from "./ops/square-root.ts";
import { subtractOp } from "./ops/subtract.ts";
import { sumOfSquaresOp } from "./ops/sum-of-squares.ts";
import type { Op } from "./value.ts";

/** Every op that computes; each backend has a kernel for each. */
export const ops: readonly Op<unknown>[] = [
  adamStepOp,
  addOp,
  broadcastOp,
  concatenateOp,
  contractionOp,
  correctOp,
  crossEntropyGradientOp,
  crossEntropyOp,
  detachOp,
  divideOp,
  errorFunctionOp,
  exponentialOp,
  gatherOp,
  hasLabelOp,
  hyperbolicTangentOp,
  linearOp,
  logSoftmaxOp,
  logarithmOp,
  minimumOp,
  movingAverageOp,
  multiplyOp,
  normalizeGradientOp,
  normalizeOp,
  notAboveOp,
  padOp,
  permuteOp,
  piecewisePolynomialOp,
  reshapeOp,
  scatterAddOp,
  sliceOp,
  softmaxGradientOp,
  softmaxOp,
  squareRootOp,
  subtractOp,
  sumOfSquaresOp,
  sumToOp,
];
