import { type Estimate, exampleMean, exampleRatio } from "../example-means.ts";
import type { DisturbedExample } from "./disturbed-loss.ts";
import { radiiOf, type UndisturbedBatch } from "./token-gradients.ts";
import { type Directions, displacements, type TokenRadius } from "./token-radii.ts";
import type { Scope } from "./token-slopes.ts";

/** Changes of an example's loss, in nats, and of predictions, as shares of labelled rows, at one radius. */
export interface DisturbedLoss {
  readonly epsilon: number;
  /** Tokens are moved along their loss gradients. */
  readonly firstOrder: Estimate;
  readonly firstOrderChanged: Estimate;
  /** Tokens are moved along random directions: the mean over them. */
  readonly randomMean: Estimate;
  /** The largest over random directions, of each example. */
  readonly randomLargest: Estimate;
  readonly randomChanged: Estimate;
}

const notDrawn: Estimate = { value: null, standardError: null, reason: "no random directions are drawn" };

/** One way of moving tokens, and what it does to examples. */
export function tokenMove(scope: Scope, radius: TokenRadius, epsilon: number) {
  const [firstOrder, randomMean, randomLargest] = [exampleMean(), exampleMean(), exampleMean()];
  const [firstOrderChanged, randomChanged] = [exampleRatio(), exampleRatio()];
  let isDrawn = false;
  const ofRandom = (of: { estimate(): Estimate }) => (isDrawn ? of.estimate() : notDrawn);
  let drawnOfBatch: DisturbedExample[][] = [];
  return {
    displace({ blocks }: UndisturbedBatch, along: readonly Directions[]): Map<number, Float64Array> {
      return new Map(
        scope.map((place) => [place, displacements(along[place]!, radiiOf(radius, blocks[place]!), epsilon)]),
      );
    },
    addFirstOrder(examples: readonly DisturbedExample[]) {
      for (const { increase, changed } of examples) {
        firstOrder.add(increase);
        firstOrderChanged.add(changed.part, changed.whole);
      }
    },
    addRandom: (examples: DisturbedExample[]) => void drawnOfBatch.push(examples),
    /** To be called after the last random direction of a batch. */
    endBatch() {
      isDrawn ||= drawnOfBatch.length > 0;
      for (const i of drawnOfBatch[0]?.keys() ?? []) {
        const draws = drawnOfBatch.map((each) => each[i]!);
        const increases = draws.map(({ increase }) => increase);
        randomMean.add(increases.reduce((a, b) => a + b, 0) / draws.length);
        randomLargest.add(Math.max(...increases));
        const total = (of: "part" | "whole") => draws.reduce((sum, { changed }) => sum + changed[of], 0);
        randomChanged.add(total("part"), total("whole"));
      }
      drawnOfBatch = [];
    },
    found: (): DisturbedLoss => ({
      epsilon,
      firstOrder: firstOrder.estimate(),
      firstOrderChanged: firstOrderChanged.estimate(),
      randomMean: ofRandom(randomMean),
      randomLargest: ofRandom(randomLargest),
      randomChanged: ofRandom(randomChanged),
    }),
  };
}
