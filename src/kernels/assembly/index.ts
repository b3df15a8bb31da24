// The exports of the binary. Each is short: the driver in TypeScript loops over blocks and tiles, so that the
// optimising compiler takes over early, and threads can share the loops.
export { factorPanel, halfTriangleProduct, makeTriangle, multiplySmall, multiplyTransposed } from "./band";
export { beginSweep, chase } from "./chase";
export { fourTridiagonals, keepLane, takeLane } from "./four-tridiagonals";
export { multiplyBlock } from "./multiply";
export { noiseTridiagonal } from "./noise-tridiagonal";
export { packColumnsF32, packColumnsF64, packRowsF32, packRowsF64 } from "./pack";
export { keepBand, packUpdate, spreadReflectors, takePanel } from "./panels";
export { multiplySymmetric } from "./symmetric-product";
export { largestOverMean, multiplyPairedBlock, pairPanels } from "./paired-product";
export { tridiagonal } from "./ql";
export { packShortTo } from "./short-areas";
export { packShortColumns, packShortRows } from "./short-pack";
export { addShortProduct } from "./short-product";
