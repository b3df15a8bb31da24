// The exports of the trainer's binary, apart from the analysis' so that each loads only its own. As there, each is
// short: the driver in TypeScript loops over blocks, so that the optimising compiler takes over early.
export { packPanels } from "./pack";
export { multiplyPanels } from "./product";
