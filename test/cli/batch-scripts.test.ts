import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderForTests, mixedModel, writeModel } from "./models.ts";
import { bin, runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());
const script = resolve("scripts/batch/slurm-array.sh");
const command = `${process.execPath} ${bin}`;

/** Every task of an array as Slurm runs it: the script, and the numbers in its environment. */
function runTasks(count: number, results: string): void {
  for (let id = 0; id < count; id++) {
    const { status, stderr } = spawnSync("sh", [script, model], {
      encoding: "utf8",
      env: {
        ...process.env,
        MARCHENKO: command,
        RESULTS: results,
        SLURM_ARRAY_TASK_ID: `${id}`,
        SLURM_ARRAY_TASK_MIN: "0",
        SLURM_ARRAY_TASK_MAX: `${count - 1}`,
        SLURM_ARRAY_TASK_STEP: "1",
        SLURM_ARRAY_TASK_COUNT: `${count}`,
        SLURM_CPUS_PER_TASK: "1",
      },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  }
}

/** Layers and their verdicts. */
function verdictsIn(path: string): unknown {
  const { checkpoints } = JSON.parse(readFileSync(path, "utf8"));
  return checkpoints.map(({ layers }: { layers: { layer: string; verdict: string }[] }) =>
    layers.map(({ layer, verdict }) => [layer, verdict]),
  );
}

test("the Slurm script's tasks, run with what Slurm sets, leave shards that merge", () => {
  const results = join(folder, "results");
  mkdirSync(results);
  runTasks(3, results);
  const shards = [0, 1, 2].map((id) => join(results, `shard-${id}.json`));
  const all = join(results, "all.json");
  expect(runMarchenko(["merge", ...shards, "-q", "-o", all]).code).toBe(0);
  const whole = join(folder, "whole.json");
  expect(runMarchenko(["analyze", model, "-q", "-o", whole]).code).toBe(0);
  expect(verdictsIn(all)).toEqual(verdictsIn(whole));
});

const hasSlurm = spawnSync("sinfo", ["--noheader"], { timeout: 20_000 }).status === 0;

test.skipIf(!hasSlurm)("a Slurm array analyses and merges", { timeout: 300_000 }, () => {
  const results = join(folder, "slurm");
  mkdirSync(results);
  const { status, stderr } = spawnSync(
    "sbatch",
    ["--wait", "--mem=0", "--cpus-per-task=1", "--array=0-2", script, model],
    {
      encoding: "utf8",
      cwd: results,
      env: { ...process.env, MARCHENKO: command, RESULTS: results },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const shards = [0, 1, 2].map((id) => join(results, `shard-${id}.json`));
  expect(runMarchenko(["merge", ...shards, "-q", "-o", join(results, "all.json")]).code).toBe(0);
});

test("the Kubernetes Job has as many completions as its shards are counted", () => {
  const text = readFileSync("scripts/batch/kubernetes-job.yaml", "utf8");
  const completions = /completions: (\d+)/.exec(text)![1];
  expect(text).toContain(`--shard auto/${completions} `);
  expect(text).toContain("completionMode: Indexed");
});
