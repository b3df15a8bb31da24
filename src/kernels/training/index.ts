// The exports of the trainer's binary, apart from the analysis' so that each loads only its own. As there, each is
// short: the driver in TypeScript loops over blocks, so that the optimising compiler takes over early. All but the
// product's end with (first, end): the share of a thread, or a tile.
export { addActiveRows, listActive, multiplyActive } from "./active";
export { add, divide, minimum, multiply, notAbove, subtract } from "./binary";
export { clearRuns, copyEntries, copyRuns, copyStrided } from "./copies";
export { correct, crossEntropy, crossEntropyGradient } from "./labels";
export { normalize, normalizeGradient } from "./normalize";
export { packPanels } from "./pack";
export { piecewise, piecewiseOfTwo } from "./piecewise";
export { multiplyPanels } from "./product";
export { logSoftmax, softmax, softmaxGradient } from "./softmax";
export { addPartials, sumColumns, sumRows, sumSquares } from "./sums";
export { gather, scatterAdd } from "./tables";
export {
  errorFunction,
  exponential,
  hasLabel,
  hyperbolicTangent,
  linear,
  logarithm,
  squareRoot,
} from "./unary";
export { adamStep, movingAverage } from "./updates";
