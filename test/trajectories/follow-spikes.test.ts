import { expect, test } from "vitest";
import type { FollowedSpike } from "../../src/analysis/result.ts";
import { followSpikes } from "../../src/trajectories/follow-spikes.ts";
import type { LayerMoment } from "../../src/trajectories/spike-snapshot.ts";
import { momentOf, type Planted, plantedMatrix } from "./planted-series.ts";

const [larger, smaller] = [240, 120];
const first: [number, number] = [0, 1];
const second: [number, number] = [2, 3];

/** A series of such matrices, with noise of its own at each step unless it is shared. */
function series(
  steps: readonly (readonly Planted[])[],
  noise = "fresh",
  shared = false,
): Promise<LayerMoment[]> {
  return Promise.all(
    steps.map((planted, place) =>
      momentOf(plantedMatrix(larger, smaller, planted, shared ? noise : `${noise} ${place}`), place),
    ),
  );
}

const lives = (spikes: readonly FollowedSpike[]) =>
  spikes.map(({ firstStep, lastStep, goneBy }) => [firstStep, lastStep, goneBy]);

test("a spike that grows from under the threshold is born where theory has it leave the noise", async () => {
  const multiples = Array.from({ length: 13 }, (_, place) => 0.5 + 0.1 * place);
  const spikes = followSpikes(
    await series(
      multiples.map((multiple) => [{ multiple, plane: first }]),
      "shared",
      true,
    ),
  );
  expect(spikes.length).toBe(1);
  const [{ bornAfter, firstStep, lastStep, goneBy, points }] = spikes as [FollowedSpike];
  // The largest value of noise has mean (sqrt N + sqrt M)^2 - 1.21 w as a square, w of Johnstone 2001; at 1 % it is
  // 2.02 w over the centre (the 99 % point of the Tracy-Widom law, Bejan 2005, table 1). y(t) reaches that at t:
  const root = Math.sqrt(larger - 0.5) + Math.sqrt(smaller - 0.5);
  const width = root * (1 / Math.sqrt(larger - 0.5) + 1 / Math.sqrt(smaller - 0.5)) ** (1 / 3);
  const edge = Math.sqrt(root ** 2 + 2.02 * width);
  const seen = (multiple: number) => {
    const square = multiple ** 2 * Math.sqrt(larger * smaller);
    return Math.sqrt(((square + larger) * (square + smaller)) / square);
  };
  const crossing = multiples.findIndex((multiple) => multiple > 1 && seen(multiple) > edge);
  expect(Math.abs(firstStep / 10 - crossing)).toBeLessThanOrEqual(1);
  expect(bornAfter).toBe(firstStep - 10);
  expect([lastStep, goneBy]).toEqual([120, null]);
  // From step to step the same noise: the observed vectors stay nearer than those of fresh noise would.
  for (const { previous, strength, strengthStandardError, step } of points) {
    if (previous?.left.expected) expect(previous.left.overlap).toBeGreaterThan(previous.left.expected);
    if (strengthStandardError === null) continue;
    const planted = multiples[step / 10]! * (larger * smaller) ** 0.25;
    expect(Math.abs(strength! - planted)).toBeLessThan(4 * strengthStandardError);
  }
  expect(spikes[0]!.drift.drifts).toBe(false);
});

test("a direction that stays is not called drifting, whatever fresh noise does; overlaps scatter as they are said to", async () => {
  let drifting = 0;
  let squares = 0;
  let compared = 0;
  for (let run = 0; run < 12; run++) {
    const multiple = 1.5 + 0.25 * (run % 6);
    const steps = Array.from({ length: 6 }, () => [{ multiple, plane: first }]);
    const spikes = followSpikes(await series(steps, `stays ${run}`));
    // Noise has a spike of its own in 1 % of the matrices.
    const [followed, ...others] = spikes;
    expect(lives([followed!])).toEqual([[0, 50, null]]);
    for (const { points } of others) expect(points.length).toBe(1);
    if (followed!.drift.drifts) drifting++;
    for (const { previous } of followed!.points) {
      for (const side of previous ? [previous.left, previous.right] : []) {
        if (side.expected === null) continue;
        squares += ((side.overlap - side.expected) / side.standardError!) ** 2;
        compared++;
      }
    }
  }
  // At 1 % one of 12 would be a chance of 11 %, two of 0.6 %.
  expect(drifting).toBeLessThanOrEqual(1);
  // Neighbouring overlaps share a vector, left and right a matrix: 120 count for about 40, whose mean square is known to 22 %.
  expect(compared).toBeGreaterThan(100);
  expect(squares / compared).toBeGreaterThan(0.35);
  expect(squares / compared).toBeLessThan(1.65);
});

test("a direction that turns is followed, called drifting, and its turn lies within the bounds", async () => {
  const perStep = 12;
  const steps = Array.from({ length: 6 }, (_, place) => [
    { multiple: 3, plane: first, angle: perStep * place },
  ]);
  let outside = 0;
  for (const [noise, shared] of [
    ["turns", false],
    ["turns shared", true],
  ] as const) {
    const spikes = followSpikes(await series(steps, noise, shared));
    expect(lives(spikes)).toEqual([[0, 50, null]]);
    const { drift, points } = spikes[0]!;
    expect(drift.drifts).toBe(true);
    for (const { step, first: since } of points) {
      for (const { turn } of since ? [since.left, since.right] : []) {
        const turned = (perStep * step) / 10;
        if (turn[0]! > turned) outside++;
        // With noise that is shared a vector turns as its direction does, but for what the noise has of its own: N^-1/2.
        expect(turn[1]).toBeGreaterThan(turned - 6);
      }
    }
    const [least, most] = drift.degreesPerStep!.left;
    expect(least!).toBeLessThanOrEqual(perStep / 10);
    expect(least!).toBeGreaterThan(0.5 * (perStep / 10));
    expect(most).toBeGreaterThan(0.9 * (perStep / 10));
  }
  // 16 bounds at two standard errors: more than 2 outside are a chance of 0.5 %, were they independent.
  expect(outside).toBeLessThanOrEqual(2);
});

test("two spikes that cross keep their numbers, and are not called drifting where they turn among themselves", async () => {
  const steps = Array.from({ length: 9 }, (_, place) => [
    { multiple: 2 + 0.25 * place, plane: first },
    { multiple: 4 - 0.25 * place, plane: second },
  ]);
  const spikes = followSpikes(await series(steps, "cross"));
  expect(lives(spikes)).toEqual([
    [0, 80, null],
    [0, 80, null],
  ]);
  const sizes = (spike: FollowedSpike) => spike.points.map(({ singularValue }) => singularValue);
  const [falling, rising] = spikes as [FollowedSpike, FollowedSpike];
  expect(sizes(falling)[0]! > sizes(rising)[0]!).toBe(true);
  expect(sizes(falling).at(-1)! < sizes(rising).at(-1)!).toBe(true);
  expect(falling.points.map(({ together }) => together)).toContain(2);
  for (const { drift } of spikes) expect(drift.drifts).toBe(false);
});

test("a spike that dips under the edge is known again; after more than two checkpoints it is another", async () => {
  const at = (multiples: readonly number[]) =>
    series(
      multiples.map((multiple) => [{ multiple, plane: first }]),
      "dips",
    );
  const dips = followSpikes(await at([3, 3, 0.2, 0.2, 3, 3]));
  expect(lives(dips)).toEqual([[0, 50, null]]);
  expect(dips[0]!.missed).toBe(2);
  expect(dips[0]!.points.map(({ step }) => step)).toEqual([0, 10, 40, 50]);
  const gone = followSpikes(await at([3, 3, 0.2, 0.2, 0.2, 3]));
  expect(lives(gone)).toEqual([
    [0, 10, 20],
    [50, 50, null],
  ]);
});

test("a direction that jumps to another place is another spike", async () => {
  const spikes = followSpikes(
    await series([[{ multiple: 3, plane: first }], [{ multiple: 3, plane: second }]], "jumps"),
  );
  expect(lives(spikes)).toEqual([
    [0, 0, 10],
    [10, 10, null],
  ]);
  expect(spikes[0]!.drift).toMatchObject({ drifts: null, comparisons: 0, degreesPerStep: null });
});

test("nothing depends on the unit of the weights, and a series followed twice is the same", async () => {
  const steps = Array.from({ length: 3 }, () => [{ multiple: 2, plane: first }]);
  const moments = await series(steps, "unit");
  const one = followSpikes(moments);
  expect(followSpikes(moments)).toEqual(one);
  const unit = 2 ** 40;
  const scaled = moments.map((moment) => ({
    ...moment,
    scale: moment.scale * unit,
    singularValues: Array.from(moment.singularValues, (value) => value * unit),
    spikes: moment.spikes.map(({ singularValue, strength }) => ({
      singularValue: singularValue * unit,
      strength: strength! * unit,
    })),
  }));
  expect(followSpikes(scaled).map(({ drift }) => drift)).toEqual(one.map(({ drift }) => drift));
});

test("a layer of another shape than before is no next checkpoint", async () => {
  const [moment] = await series([[]]);
  expect(() => followSpikes([moment!, { ...moment!, larger: 999 }])).toThrow(/999/);
});
