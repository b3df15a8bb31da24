import { exampleMean } from "../example-means.ts";
import { radiiOf, type UndisturbedBatch } from "./token-gradients.ts";
import { tokenRadii } from "./token-radii.ts";

/** Places of the blocks whose tokens are moved. */
export type Scope = readonly number[];

/** Collects sums over tokens of what the first order tells. */
export function tokenSlopes(scope: Scope) {
  const [norm, squares] = [exampleMean(), exampleMean()];
  const byRadius = tokenRadii.map(() => exampleMean());
  return {
    add({ losses, blocks }: UndisturbedBatch, examples: number) {
      const moved = scope.map((place) => blocks[place]!);
      const radii = moved.map((block) => tokenRadii.map((radius) => radiiOf(radius, block)));
      for (let example = 0; example < examples; example++) {
        let [norms, square] = [0, 0];
        const slopes = tokenRadii.map(() => 0);
        for (const [place, { gradients }] of moved.entries()) {
          const tokens = gradients.norms.length / losses.length;
          for (let i = example * tokens; i < (example + 1) * tokens; i++) {
            const each = gradients.norms[i]!;
            norms += each;
            square += each * each;
            for (const [k, of] of radii[place]!.entries()) slopes[k]! += of[i]! * each;
          }
        }
        norm.add(norms);
        squares.add(square);
        for (const [k, slope] of slopes.entries()) byRadius[k]!.add(slope);
      }
    },
    found: () => ({
      norm: norm.estimate(),
      squares: squares.estimate(),
      byRadius: byRadius.map((each) => each.estimate()),
    }),
  };
}
