import type { CombinationKind } from "./combination.ts";
import { lowRankPair } from "./low-rank-pair.ts";
import { weightNormPair } from "./weight-norm-pair.ts";

/** Every way in which several tensors make one matrix. */
export const combinationKinds: readonly CombinationKind[] = [lowRankPair, weightNormPair];
