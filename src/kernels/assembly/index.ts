// The exports of the binary. Each is short: the driver in TypeScript loops over blocks and tiles, so that the
// optimising compiler takes over early, and threads can share the loops.
export {
  factorPanel,
  keepBand,
  makeTriangle,
  multiplySmall,
  multiplySymmetric,
  multiplyTransposed,
  packPair,
  spreadReflectors,
  takePanel,
} from "./band";
export { chaseSweep } from "./chase";
export { multiplyBlock } from "./multiply";
export { packColumnsF32, packColumnsF64, packRowsF32, packRowsF64 } from "./pack";
export { fourTridiagonals } from "./ql";
