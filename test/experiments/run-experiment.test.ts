import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { Experiment } from "../../src/experiments/experiment.ts";
import { experimentResultSchema } from "../../src/experiments/result.ts";
import { runExperiment } from "../../src/experiments/run-experiment.ts";
import { experimentMarkdown } from "../../src/report/experiment/experiment-markdown.ts";
import { renderJson } from "../../src/report/json.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";
import { toyExperiment, toyRecipe } from "./toy-experiment.ts";

const folder = temporaryFolders();
const weights = (out: string, run: string, step: string) =>
  join(out, "runs", run, "checkpoints", step, "model.safetensors");

test("trains every variant with every seed, judges by them, and gives the same bytes in another folder", async () => {
  const [one, two] = [folder({}), folder({})];
  const progress: number[] = [];
  const result = await runExperiment(toyExperiment, {
    out: one,
    onProgress: ({ done, total, share }) => {
      expect(done <= total && share <= 1).toBe(true);
      progress.push(share);
    },
  });
  expect(progress.at(-1)).toBe(1);
  expect(experimentResultSchema.parse(result)).toEqual(result);
  expect(result.runs.map(({ folder: path, status }) => [path, status])).toEqual(
    ["start-seed-0", "tuned-seed-0", "start-seed-1", "tuned-seed-1"].map((run) => [
      `runs/${run}`,
      "finished",
    ]),
  );
  expect(result.runs[1]!.recipe).toMatchObject({
    seed: 0,
    finetune: { from: join("runs", "start-seed-0", "checkpoints", "step-000006") },
  });
  expect(result.claims[0]).toMatchObject({ verdict: "holds" });
  expect(result.claims[0]!.numbers[0]!.perSeed).toHaveLength(2);
  const losses = result.runs
    .filter(({ variant }) => variant === "start")
    .map(({ metrics }) => metrics["train.loss"]!);
  const mean = (losses[0]! + losses[1]!) / 2;
  expect(result.tables[0]!.rows[0]!.cells[0]).toMatchObject({ perSeed: losses, mean });
  const again = await runExperiment(toyExperiment, { out: two });
  expect(renderJson(again)).toBe(renderJson(result));
  const text = experimentMarkdown(result);
  expect(text).toContain("✓ holds: The activated ratio is a share.");
  expect(text).toContain("It is a toy.");
});

test("finished runs are read, not trained; one that has lost its end goes on to the same weights", async () => {
  const out = folder({});
  const first = await runExperiment(toyExperiment, { out, quick: true });
  const last = weights(out, "start-seed-0", "step-000006");
  const before = { bytes: readFileSync(last), time: statSync(last).mtimeMs };
  await runExperiment(toyExperiment, { out, quick: true });
  expect(statSync(last).mtimeMs).toBe(before.time);

  // As after a kill between the middle checkpoint and the end.
  rmSync(join(out, "runs", "start-seed-0", "checkpoints", "step-000006"), { recursive: true });
  const again = await runExperiment(toyExperiment, { out, quick: true });
  expect(readFileSync(last)).toEqual(before.bytes);
  expect(renderJson(again)).toBe(renderJson(first));

  // Numbers that were kept are read again, and damaged ones measured anew.
  const kept = join(out, "runs", "start-seed-0", "measured.json");
  writeFileSync(kept, readFileSync(kept, "utf8").slice(0, 40));
  expect(renderJson(await runExperiment(toyExperiment, { out, quick: true }))).toBe(renderJson(first));
});

test("a folder that was moved goes on, though runs start from checkpoints in it", async () => {
  const [old, moved] = [folder({}), join(folder({}), "moved")];
  const first = await runExperiment(toyExperiment, { out: old, quick: true });
  renameSync(old, moved);
  const last = weights(moved, "tuned-seed-0", "step-000004");
  const before = { bytes: readFileSync(last), time: statSync(last).mtimeMs };
  expect(renderJson(await runExperiment(toyExperiment, { out: moved, quick: true }))).toBe(renderJson(first));
  expect(statSync(last).mtimeMs).toBe(before.time);
  rmSync(join(moved, "runs", "tuned-seed-0", "checkpoints", "step-000004"), { recursive: true });
  await runExperiment(toyExperiment, { out: moved, quick: true });
  // Its recipe holds the path that it starts from, and is in the file; the tensors behind the header are the same.
  const data = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  expect(data(readFileSync(last))).toEqual(data(before.bytes));
});

test("a stopped experiment saves its runs, and the next call gives what one without a stop gives", async () => {
  const [stopped, whole] = [folder({}), folder({})];
  const long: Experiment = {
    ...toyExperiment,
    variants: () => [
      { id: "start", title: "start", recipe: { ...toyRecipe, steps: 1000, evaluateEvery: 1000 } },
    ],
    claims: [],
    tables: () => [],
  };
  const controller = new AbortController();
  const reason = new Error("enough");
  const running = runExperiment(long, {
    out: stopped,
    quick: true,
    signal: controller.signal,
    onProgress: ({ share }) => {
      if (share > 0 && share < 1) controller.abort(reason);
    },
  });
  await expect(running).rejects.toBe(reason);
  expect(existsSync(join(stopped, "runs", "start-seed-0", "state", "state.safetensors"))).toBe(true);
  expect(existsSync(weights(stopped, "start-seed-0", "step-001000"))).toBe(false);
  const after = await runExperiment(long, { out: stopped, quick: true });
  expect(renderJson(after)).toBe(renderJson(await runExperiment(long, { out: whole, quick: true })));
});

describe("what goes wrong", () => {
  test("a run that fails is named, what starts from it too, and the others count", async () => {
    const out = folder({ "runs/start-seed-1/something.txt": "of somebody" });
    const result = await runExperiment(toyExperiment, { out });
    expect(result.runs.map(({ status }) => status)).toEqual(["finished", "finished", "failed", "failed"]);
    expect(result.runs[2]!.reason).toMatch(/is not empty/);
    expect(result.runs[3]!.reason).toMatch(/^runs\/start-seed-1, which it starts from, failed: /);
    expect(result.warnings).toHaveLength(2);
    expect(result.claims[0]).toMatchObject({ verdict: "undecided" });
    expect(experimentResultSchema.parse(result)).toEqual(result);
  });

  test("a folder with runs of another recipe is refused, and stays as it is", async () => {
    const out = folder({});
    await runExperiment(toyExperiment, { out, quick: true });
    const last = weights(out, "start-seed-0", "step-000006");
    const before = statSync(last).mtimeMs;
    const other = runExperiment(toyExperiment, { out, quick: true, set: ["optimizer.learningRate=0.5"] });
    await expect(other).rejects.toThrow(UsageError);
    await expect(other).rejects.toThrow(/no run succeeded.*holds a run of another recipe/s);
    expect(statSync(last).mtimeMs).toBe(before);
  });

  test("recipes are checked before any run", async () => {
    const out = folder({});
    await expect(runExperiment(toyExperiment, { out, set: ["optimizer.learnRate=1"] })).rejects.toThrow(
      UsageError,
    );
    expect(existsSync(join(out, "runs"))).toBe(false);
    await expect(runExperiment("scrach", { out })).rejects.toThrow(/Did you mean scratch\?/);
  });
});
