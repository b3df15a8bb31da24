import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateOf, mostOf } from "../../src/experiments/estimate.ts";
import {
  claimVerdicts,
  held,
  heldByEach,
  judged,
  monotone,
  verdictOf,
} from "../../src/experiments/verdict.ts";
import { randomStream } from "../../src/linalg/random.ts";

const value = fc.double({ min: -100, max: 100, noNaN: true });
const values = fc.array(value, { minLength: 2, maxLength: 8 });
const line = fc.oneof(
  fc.record({ atMost: value }),
  fc.record({ atLeast: value }),
  fc.tuple(value, value).map(([a, b]) => ({ atLeast: Math.min(a, b), atMost: Math.max(a, b) })),
);

describe("verdict of a number over seeds", () => {
  test("holds only where mean and interval keep to the line, fails only where the interval misses it", () => {
    fc.assert(
      fc.property(values, line, (perSeed, ends) => {
        const { verdict, mean, low, high } = held("x", perSeed, ends);
        const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = ends as {
          atMost?: number;
          atLeast?: number;
        };
        const keeps = (x: number) => x >= atLeast && x <= atMost;
        if (verdict === "holds") expect([mean!, low!, high!].every(keeps)).toBe(true);
        if (verdict === "does not hold here") expect(high! < atLeast || low! > atMost).toBe(true);
        if (verdict === "undecided") expect([low!, high!].every(keeps)).toBe(false);
      }),
    );
  });

  test("does not depend on the order of seeds, and moves with numbers and line", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -20, max: 20 }), (perSeed, atMost) => {
        const rounded = perSeed.map((each) => Math.round(each));
        const { verdict } = held("x", rounded, { atMost });
        expect(held("x", rounded.toReversed(), { atMost }).verdict).toBe(verdict);
        const moved = rounded.map((each) => -each);
        expect(held("x", moved, { atLeast: -atMost }).verdict).toBe(verdict);
      }),
    );
  });

  test("a seed without the number leaves open what the others say", () => {
    expect(held("x", [1, 1.01, 0.99], { atMost: 2 }).verdict).toBe("holds");
    const open = judged("Words.", [held("x", [1, null, 1.01, 0.99], { atMost: 2 })]);
    expect(open.verdict).toBe("undecided");
    expect(open.evidence).toContain("some runs failed");
  });

  test("one seed decides nothing, nor does none", () => {
    fc.assert(
      fc.property(value, line, (only, ends) => {
        expect(held("x", [only], ends).verdict).toBe("undecided");
        expect(held("x", [null, only, null], ends).verdict).toBe("undecided");
        expect(held("x", [null, null], ends).verdict).toBe("undecided");
      }),
    );
  });

  test("what is not finite counts for nothing", () => {
    const estimate = estimateOf([1, Number.NaN, 3, Number.POSITIVE_INFINITY, undefined]);
    expect(estimate).toMatchObject({ mean: 2, perSeed: [1, null, 3, null, null] });
    expect(estimate.deviation).toBeCloseTo(Math.SQRT2, 12);
  });

  test("a line at the truth is called wrongly held about as often as the interval says: 2.5 %", () => {
    const { normal } = randomStream(0, ["test", "verdict"]);
    const trials = 4000;
    let wrong = 0;
    for (let i = 0; i < trials; i++) {
      const perSeed = [normal(), normal(), normal()];
      if (verdictOf(estimateOf(perSeed), { atMost: 0 }) === "holds") wrong++;
    }
    // Four standard deviations of a share of 0.025 in so many trials.
    expect(Math.abs(wrong / trials - 0.025)).toBeLessThan(4 * Math.sqrt((0.025 * 0.975) / trials));
  });
});

test("a line for each run is decided by the worst of them, and one run is enough", () => {
  expect(heldByEach("x", [1e-7], { atMost: 1e-6 }).verdict).toBe("holds");
  expect(heldByEach("x", [1e-7, 1e-5], { atMost: 1e-6 }).verdict).toBe("does not hold here");
  expect(heldByEach("x", [1e-7, null], { atMost: 1e-6 }).verdict).toBe("undecided");
  expect(heldByEach("x", [null, 1], { atMost: 1e-6 }).verdict).toBe("does not hold here");
  expect(heldByEach("x", [], { atMost: 1 }).verdict).toBe("undecided");
});

test("numbers together: the worst verdict is the claim's, and it says why it is open", () => {
  const number = fc.constantFrom(...claimVerdicts).map((verdict) => ({
    ...held("x", [1], { atMost: 1 }),
    verdict,
  }));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 4 }), (numbers) => {
      const { verdict, evidence } = judged("Words.", numbers);
      const has = (each: string) => numbers.some((one) => one.verdict === each);
      if (has("does not hold here")) expect(verdict).toBe("does not hold here");
      else if (has("undecided") || numbers.length === 0) expect(verdict).toBe("undecided");
      else expect(verdict).toBe("holds");
      expect(evidence.includes("Undecided:")).toBe(verdict === "undecided");
    }),
  );
});

test("monotone: by differences of the same seed, so that what seeds share cancels", () => {
  // Seeds differ by 100; each falls from place to place by 1 to 1.2.
  const perPlace = [
    [300, 200, 100],
    [299, 198.9, 98.8],
    [298, 197.8, 97.6],
  ];
  const falls = monotone("x", [16, 64, 256], perPlace, "falls");
  expect(falls.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["x: 64 less 16", "holds"],
    ["x: 256 less 64", "holds"],
  ]);
  expect(monotone("x", [16, 64, 256], perPlace, "rises").map(({ verdict }) => verdict)).toEqual([
    "does not hold here",
    "does not hold here",
  ]);
});

test("the largest of numbers is not known where one is missing", () => {
  expect(mostOf([2, -1, 5])).toBe(5);
  expect([mostOf([2, null]), mostOf([])]).toEqual([null, null]);
});
