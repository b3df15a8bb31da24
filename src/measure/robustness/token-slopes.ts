import { meanOf } from "../estimate.ts";
import { exampleMoments } from "../example-moments.ts";
import { numbersOf } from "../numbers-of.ts";
import { radiiOf, type UndisturbedBatch } from "./token-gradients.ts";
import { tokenRadii } from "./token-radii.ts";

/** Places of the blocks whose tokens are moved. */
export type Scope = readonly number[];

/** Collects what the first order tells, sums over the tokens of a scope: |g_i|, |g_i|^2, and r_i |g_i| by radius. */
export function tokenSlopes(scope: Scope) {
  const moments = exampleMoments(2 + tokenRadii.length);
  return {
    add({ losses, blocks }: UndisturbedBatch, examples: number) {
      const moved = scope.map((place) => {
        const block = blocks[place]!;
        const { norms } = block.gradients;
        return {
          norms,
          tokens: norms.length / losses.length,
          radii: tokenRadii.map((radius) => radiiOf(radius, block)),
        };
      });
      for (let example = 0; example < examples; example++) {
        const sums = new Float64Array(2 + tokenRadii.length);
        for (const { norms, tokens, radii } of moved) {
          for (let i = example * tokens; i < (example + 1) * tokens; i++) {
            const norm = norms[i]!;
            sums[0]! += norm;
            sums[1]! += norm * norm;
            for (const [k, radius] of radii.entries()) sums[2 + k]! += radius[i]! * norm;
          }
        }
        moments.add(sums);
      }
    },
    found: () => ({
      examples: moments.count,
      gradients: numbersOf(
        { gradientNorm: meanOf(moments, 0), gradientSquares: meanOf(moments, 1) },
        moments,
      ),
      byRadius: tokenRadii.map((_, k) => numbersOf({ slope: meanOf(moments, 2 + k) }, moments)),
    }),
  };
}
