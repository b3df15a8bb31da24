import { expect, test } from "vitest";
import type { SingularPair } from "../../src/analysis/matrix-tasks.ts";
import { subspaceOverlaps } from "../../src/comparison/subspace-overlap.ts";
import { thinSvd } from "../../src/spectrum/singular-vectors.ts";
import { gaussian } from "../noise.ts";

/** Leading pairs of noise of 40 x 20: random subspaces. */
function randomPairs(name: string): { pairs: SingularPair[]; values: Float64Array } {
  const { left, right, values } = thinSvd(gaussian(40, 20, 1, name));
  const columnOf = (vectors: Float64Array, rows: number, i: number) =>
    Float64Array.from({ length: rows }, (_, row) => vectors[row * 20 + i]!);
  const pairs = Array.from({ length: 8 }, (_, i) => ({
    singularValue: values[i]!,
    left: columnOf(left, 40, i),
    right: columnOf(right, 20, i),
  }));
  return { pairs, values };
}

test("random subspaces have in common what is said of them, on average and in spread", () => {
  const draws = 200;
  const sums = new Map<string, number[]>();
  let stated: ReturnType<typeof subspaceOverlaps> = [];
  for (let draw = 0; draw < draws; draw++) {
    const [a, b] = [randomPairs(`a ${draw}`), randomPairs(`b ${draw}`)];
    stated = subspaceOverlaps(a.pairs, b.pairs, a.values, b.values);
    for (const { dimension, left, right } of stated) {
      for (const [side, { overlap }] of Object.entries({ left, right })) {
        const key = `${side} ${dimension}`;
        sums.set(key, [...(sums.get(key) ?? []), overlap]);
      }
    }
  }
  expect(stated.map(({ dimension }) => dimension)).toEqual([1, 2, 4, 8]);
  for (const { dimension, left, right } of stated) {
    for (const [side, { random, randomStandardDeviation }] of Object.entries({ left, right })) {
      const found = sums.get(`${side} ${dimension}`)!;
      const mean = found.reduce((sum, each) => sum + each / draws, 0);
      const variance = found.reduce((sum, each) => sum + (each - mean) ** 2 / (draws - 1), 0);
      // Five standard errors of a mean over the draws.
      expect(Math.abs(mean - random)).toBeLessThan((5 * randomStandardDeviation) / Math.sqrt(draws));
      expect(Math.sqrt(variance) / randomStandardDeviation).toBeGreaterThan(0.7);
      expect(Math.sqrt(variance) / randomStandardDeviation).toBeLessThan(1.4);
    }
  }
});

test("the spread of a single random direction is that of a Beta law's", () => {
  const { pairs, values } = randomPairs("one");
  const [one] = subspaceOverlaps(pairs, pairs, values, values);
  // (x.y)^2 ~ Beta(1/2, (n - 1)/2), n = 40: variance 2 (n - 1) / (n^2 (n + 2)).
  expect(one!.left.randomStandardDeviation).toBeCloseTo(Math.sqrt((2 * 39) / (40 ** 2 * 42)), 12);
  expect(one!.left.overlap).toBeCloseTo(1, 12);
  expect(one!.gapA).toBeCloseTo(1 - values[1]! / values[0]!, 12);
});
