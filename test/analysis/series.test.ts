import { expect, test } from "vitest";
import { analyze } from "../../src/index.ts";

test("the example series goes from noise to noise with spikes, in the order of its steps", async () => {
  const result = await analyze("data/example-series");
  expect(result.checkpoints.map(({ step }) => step)).toEqual([0, 100, 200, 400, 800, 1600]);
  const spikes = result.checkpoints.map(({ summary }) => summary["metrics.spikeCount"]!.mean!);
  expect(spikes[0]).toBe(0);
  for (let i = 1; i < spikes.length; i++) expect(spikes[i]!).toBeGreaterThanOrEqual(spikes[i - 1]!);
  // 33 directions were planted; the weakest, in the first block, stay under the threshold.
  expect(spikes.at(-1)! * 18).toBeGreaterThan(20);
  expect(spikes.at(-1)! * 18).toBeLessThanOrEqual(33);
  const { trajectories } = result;
  expect(trajectories!.length).toBe(18);
  for (const { steps, values } of trajectories!) {
    expect(steps).toEqual([0, 100, 200, 400, 800, 1600]);
    expect(values["concentration.ratio"]!.length).toBe(6);
  }
});
