import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
// Threads run what is built.
import { trajectoryOf as builtTrajectoryOf } from "../../dist/trajectories/trajectory-of.js";
import { analyze } from "../../src/analysis/analyze.ts";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { UsageError } from "../../src/errors.ts";
import { trajectoryOf } from "../../src/trajectories/trajectory-of.ts";
import { plantedMatrix } from "./planted-series.ts";

const folder = mkdtempSync(join(tmpdir(), "marchenko-trajectory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = (step: number | null, multiple: number) => ({
  id: `model ${step}`,
  step,
  tensors: () => {
    const { data } = plantedMatrix(128, 64, [{ multiple, plane: [0, 1] }], "model");
    return [tensorOf("mlp.fc1.weight", [128, 64], Float32Array.from(data))];
  },
});

test("the example series has the spikes that were planted, which stay where they are", async () => {
  const result = await trajectoryOf("data/example-series");
  expect(analysisResultSchema.safeParse(result).error).toBeUndefined();
  const spikes = result.followedSpikes!;
  // Each spike of the last checkpoint is followed, and none was lost on the way.
  const atLast = result.checkpoints
    .at(-1)!
    .layers.flatMap(({ marchenkoPastur }) => marchenkoPastur?.spikes ?? []);
  expect(spikes.filter(({ goneBy }) => goneBy === null).length).toBe(atLast.length);
  expect(spikes.filter(({ goneBy }) => goneBy !== null)).toEqual([]);
  expect(spikes.map(({ drift }) => drift.drifts)).not.toContain(true);
  // A layer has its onset of spikes where its first spike, at the level of verdicts, stays for good.
  for (const { layer, event, by } of result.onsets!) {
    if (event !== "spikes" || by === null) continue;
    const first = Math.min(
      ...spikes.filter((spike) => spike.layer === layer).map(({ firstStep }) => firstStep),
    );
    expect(by).toBeGreaterThanOrEqual(first);
  }
  expect(result.measured).toBeUndefined();
});

test("the walk is that of analyze, and its result the same for any number of workers", async () => {
  const alone = await trajectoryOf("data/example-series");
  const { followedSpikes: _, onsets: __, provenance, ...rest } = alone;
  const { provenance: plain, ...analysed } = await analyze("data/example-series");
  expect(rest).toEqual(analysed);
  expect(provenance.configuration).toEqual({ ...plain.configuration, followSpikes: true });
  const together = await builtTrajectoryOf("data/example-series", { workers: 2 });
  expect(JSON.stringify(together)).toBe(JSON.stringify(alone));
});

test("sources with ascending steps are a series, and nothing else is", async () => {
  const { followedSpikes, trajectories } = await trajectoryOf([model(0, 0), model(7, 3), model(9, 4)]);
  expect(
    followedSpikes!.map(({ bornAfter, firstStep, lastStep }) => [bornAfter, firstStep, lastStep]),
  ).toEqual([[0, 7, 9]]);
  expect(trajectories![0]!.steps).toEqual([0, 7, 9]);
  await expect(trajectoryOf(model(0, 0))).rejects.toThrow(UsageError);
  await expect(trajectoryOf([model(3, 0), model(1, 0)])).rejects.toThrow(/ascend/);
  await expect(trajectoryOf([model(null, 0), model(null, 0)])).rejects.toThrow(/ascend/);
});

test("what a run has logged is joined to the layers, and bad lines are counted", async () => {
  const run = join(folder, "run");
  mkdirSync(run);
  symlinkSync(resolve("data/example-series"), join(run, "checkpoints"));
  const ratios = [0.5, 0.49, 0.505, 0.3, 0.2, 0.2, 0.2];
  const lines = ratios.map((ratio, i) => {
    const perLayer = { "block.0.mlp": ratio, "block.1.mlp": 0.5, "block.2.mlp": null };
    return JSON.stringify({
      step: 100 * i,
      split: "test",
      loss: 2 - i / 10,
      activatedRatioPerLayer: perLayer,
    });
  });
  writeFileSync(join(run, "metrics.ndjson"), `${lines.join("\n")}\n{"step":7\n[1]\n`);
  const result = await trajectoryOf(join(run, "checkpoints"));
  expect(result.warnings.join()).toContain("2 of 9 lines");
  const { measured } = result;
  expect(measured!.map(({ layer, part }) => `${layer} ${part}`)).toEqual([
    "model test",
    "vit.encoder.layer.0.intermediate.dense.weight test",
    "vit.encoder.layer.1.intermediate.dense.weight test",
  ]);
  expect(measured![1]!.values.activatedRatio).toEqual(ratios);
  const onsets = result.onsets!.filter(({ part }) => part === "test");
  // The scatter about the neighbours is 0.07 (root of 2/3 of the mean square of 0.0125, 0.11, 0.0525, 0.05, 0): two errors
  // of two values are 0.16.
  expect(onsets.map(({ event, after, by }) => [event, after, by])).toEqual([
    ["activated-ratio-falls", 200, 300],
    ["activated-ratio-halfway", 200, 300],
    ["activated-ratio-falls", null, null],
    ["activated-ratio-halfway", null, null],
  ]);
});
