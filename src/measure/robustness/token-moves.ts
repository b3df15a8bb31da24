import { type Estimated, meanOf, ratio } from "../estimate.ts";
import { exampleMoments } from "../example-moments.ts";
import { numbersOf } from "../numbers-of.ts";
import type { DisturbedExample } from "./disturbed-loss.ts";
import { radiiOf, type UndisturbedBatch } from "./token-gradients.ts";
import { type Directions, displacements, type TokenRadius } from "./token-radii.ts";
import type { Scope } from "./token-slopes.ts";

const notDrawn = "no random directions are drawn";
const notLabelled = "no prediction has a label";

/** One way of moving tokens, and what it does to examples. */
export function tokenMove(scope: Scope, radius: TokenRadius, epsilon: number) {
  // Increase, changed and all predictions; of random directions their mean and their largest increase, and the same.
  const [firstOrder, random] = [exampleMoments(3), exampleMoments(4)];
  let drawnOfBatch: DisturbedExample[][] = [];
  return {
    epsilon,
    displace({ blocks }: UndisturbedBatch, along: readonly Directions[]): Map<number, Float64Array> {
      return new Map(
        scope.map((place) => [place, displacements(along[place]!, radiiOf(radius, blocks[place]!), epsilon)]),
      );
    },
    addFirstOrder(examples: readonly DisturbedExample[]) {
      for (const { increase, changed } of examples) firstOrder.add([increase, changed.part, changed.whole]);
    },
    addRandom: (examples: DisturbedExample[]) => void drawnOfBatch.push(examples),
    /** To be called after the last random direction of a batch. */
    endBatch() {
      for (const i of drawnOfBatch[0]?.keys() ?? []) {
        const draws = drawnOfBatch.map((each) => each[i]!);
        const increases = draws.map(({ increase }) => increase);
        const total = (of: "part" | "whole") => draws.reduce((sum, { changed }) => sum + changed[of], 0);
        const mean = increases.reduce((a, b) => a + b, 0) / draws.length;
        random.add([mean, Math.max(...increases), total("part"), total("whole")]);
      }
      drawnOfBatch = [];
    },
    /** Increases of the loss, in nats, and shares of predictions that change; reasons by the same names. */
    found() {
      const ofRandom = (estimate: () => Estimated) => (random.count > 0 ? estimate() : notDrawn);
      const along = numbersOf(
        {
          firstOrder: meanOf(firstOrder, 0),
          firstOrderChanged: ratio(meanOf(firstOrder, 1), meanOf(firstOrder, 2), notLabelled),
        },
        firstOrder,
      );
      const drawn = numbersOf(
        {
          randomMean: ofRandom(() => meanOf(random, 0)),
          randomLargest: ofRandom(() => meanOf(random, 1)),
          randomChanged: ofRandom(() => ratio(meanOf(random, 2), meanOf(random, 3), notLabelled)),
        },
        random,
      );
      return {
        piece: { ...along.piece, ...drawn.piece },
        reasons: { ...along.reasons, ...drawn.reasons },
      };
    },
  };
}
