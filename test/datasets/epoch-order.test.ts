import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOrder, permutation } from "../../src/datasets/epoch-order.ts";
import { UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";

test("an epoch's batches have examples of 0 to count - 1, none twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 }), (count, size) => {
      fc.pre(size <= count);
      const order = batchOrder(count, size, 4);
      expect(order.batchesPerEpoch).toBe(Math.floor(count / size));
      const seen = Array.from({ length: order.batchesPerEpoch }, (_, i) => [...order.batch(i)]).flat();
      expect(seen.length).toBe(order.batchesPerEpoch * size);
      expect(new Set(seen).size).toBe(seen.length);
      expect(Math.max(...seen)).toBeLessThan(count);
    }),
  );
});

test("a step's batch does not depend on the steps before it", () => {
  const straight = batchOrder(10, 3, 7);
  const all = Array.from({ length: 12 }, (_, step) => [...straight.batch(step)]);
  for (const step of [11, 0, 5, 4, 3]) expect([...batchOrder(10, 3, 7).batch(step)]).toEqual(all[step]);
  const shuffled = batchOrder(10, 3, 7);
  for (const step of [11, 0, 5, 4, 3]) expect([...shuffled.batch(step)]).toEqual(all[step]);
});

test("epochs and seeds have orders of their own", () => {
  const order = (seed: number, step: number) => [...batchOrder(50, 50, seed).batch(step)];
  expect(order(1, 0)).not.toEqual(order(1, 1));
  expect(order(1, 0)).not.toEqual(order(2, 0));
});

test("all permutations of four come equally often", () => {
  const draws = randomStream(5, ["permutations"]);
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = permutation(4, draws).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  // Chi-squared with 23 degrees of freedom is above 55 with probability 2e-4.
  expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(55);
});

test.each([0, 11, 2.5, Number.NaN])("a batch of %s of 10 examples is refused", (size) => {
  expect(() => batchOrder(10, size, 1)).toThrow(UsageError);
});
