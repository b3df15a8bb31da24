import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { halfway, onset, onsetOf, scatterOf } from "../../src/trajectories/onset.ts";

test("an onset is the first step from which something holds for good, between two steps that are known", () => {
  const sequence = fc.array(fc.constantFrom(true, false, null), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(sequence, (holds) => {
      const steps = holds.map((_, i) => 10 * i);
      const { after, by, checkpoints, reason } = onsetOf(steps, holds);
      const known = holds.filter((each) => each !== null);
      if (by === null) {
        expect(known.at(-1) ?? false).toBe(false);
        expect(reason).not.toBeNull();
        return;
      }
      const later = holds.slice(by / 10);
      expect(later).not.toContain(false);
      expect(later.filter((each) => each === true).length).toBe(checkpoints);
      const before = holds.slice(0, by / 10);
      if (after === null) expect(before).not.toContain(false);
      else {
        expect(holds[after / 10]).toBe(false);
        expect(holds.slice(after / 10 + 1, by / 10)).not.toContain(true);
      }
    }),
    { seed: 6, numRuns: 500 },
  );
});

test("a value departs where it is beyond two errors of both ends, in the direction that is asked for", () => {
  const steps = [0, 1, 2, 3];
  const errors = [0.03, 0.04, 0.04, 0.04]; // two of (0.03^2 + 0.04^2)^1/2 are 0.1
  expect(onset(steps, [0.5, 0.41, 0.39, 0.38], errors)).toMatchObject({ after: 1, by: 2, checkpoints: 2 });
  expect(onset(steps, [0.5, 0.41, 0.39, 0.38], errors, { direction: "up" }).by).toBeNull();
  expect(onset(steps, [0.5, 0.39, 0.45, 0.38], errors).by).toBe(3);
  expect(onset(steps, [0.5, 0.39, null, 0.38], errors)).toMatchObject({ after: 0, by: 1, checkpoints: 2 });
  expect(onset(steps, [0.5, 0.52, 0.4, 0.4], errors, { from: 0.48 })).toMatchObject({ by: null });
  expect(onset(steps, [0.5, 0.6, 0.6, 0.6], null).reason).toContain("too few");
  expect(onset(steps, [null, null, null, null], null).reason).toContain("not known");
});

test("noise about a constant has an onset at the last step now and then, and no earlier one that stays", () => {
  const runs = 400;
  let early = 0;
  let any = 0;
  for (let run = 0; run < runs; run++) {
    const { normal } = randomStream(run, ["onset"]);
    const values = Array.from({ length: 10 }, () => normal());
    const { by } = onset(Array.from(values.keys()), values, new Array(10).fill(1));
    if (by !== null) any++;
    if (by !== null && by < 6) early++;
  }
  // At the last step alone: 4.6 % of normal differences are beyond two standard deviations; five errors of that.
  expect(any / runs).toBeLessThan(0.046 + 0.02 + 5 * Math.sqrt(0.06 / runs));
  // Four values after a base that is itself noise, all beyond: the base has to be 2.8 or so off.
  expect(early / runs).toBeLessThan(0.02);
});

test("half of the way is told between the steps where it is passed; not of a change within the errors", () => {
  expect(halfway([0, 1, 2, 3, 4], [1, 0.9, 0.55, 0.3, 0.2], [0.01, 0.01, 0.01, 0.01, 0.01])).toMatchObject({
    after: 1,
    by: 2,
    checkpoints: 3,
  });
  expect(halfway([0, 1, 2], [1, 0.9, 1.01], [0.1, 0.1, 0.1]).by).toBeNull();
});

test("the scatter of values about a line is their standard error", () => {
  const { normal } = randomStream(1, ["scatter"]);
  const values = Array.from({ length: 4000 }, (_, k) => 3 * k + 0.5 * normal());
  // Of 4000 second differences, correlated with their neighbours: the error of the estimate is under 3 %.
  expect(Math.abs(scatterOf(values)! / 0.5 - 1)).toBeLessThan(0.1);
  expect(scatterOf([1, 2, null, 3, 4])).toBeNull();
});
