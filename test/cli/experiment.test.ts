import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { experiments } from "../../src/experiments/catalogue.ts";
import { type ExperimentResult, experimentResultSchema } from "../../src/experiments/result.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
/** A network that is trained in a blink. */
const small = [
  'model={"width":8,"depth":1,"mlpWidth":16}',
  "steps=4",
  "evaluateEvery=4",
  "batchSize=16",
].flatMap((change) => ["--set", change]);

function resultIn(out: string): ExperimentResult {
  return experimentResultSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
}

test("--list names every experiment and its question", () => {
  const { code, stdout } = runMarchenko(["experiment", "--list"]);
  expect(code).toBe(0);
  for (const { id, question } of experiments) {
    expect(stdout).toContain(id);
    expect(stdout).toContain(question);
  }
});

test("runs on threads, prints verdicts, writes the result; the number of threads changes nothing", () => {
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  const run = (out: string, workers: number) =>
    runMarchenko(["experiment", "scratch", "--quick", "--out", out, "--workers", `${workers}`, ...small]);
  const first = run(one, 1);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/^Sparsity from scratch: 0 of 4 claims hold; 4 are undecided\.$/m);
  expect(first.stdout).toMatch(/^\? undecided +On the test part /m);
  expect(first.stderr).toContain(`wrote ${join(one, "result.json")}`);
  expect(readFileSync(join(one, "result.md"), "utf8")).toMatch(/^# Sparsity from scratch$/m);
  const second = run(two, 3);
  expect(second).toMatchObject({ code: 0, stdout: first.stdout });
  const [a, b] = [resultIn(one), resultIn(two)];
  expect(a.provenance.run).toMatchObject({ workers: 1 });
  for (const each of [a, b]) each.provenance.run = {};
  expect(b).toEqual(a);
  expect(a.runs.map(({ status }) => status)).toEqual(["finished", "finished", "finished"]);
});

test("an interrupt stops all runs with their state saved, and the same command goes on", async () => {
  const out = join(folder, "interrupted");
  const long = ["--set", "steps=3000", "--set", "evaluateEvery=3000"];
  const args = ["experiment", "scratch", "--quick", "--out", out, "--workers", "2", ...small, ...long];
  const child = startMarchenko(args);
  let talk = "";
  child.stderr!.on("data", (data: Buffer) => {
    talk += data;
  });
  const metrics = join(out, "runs", "modified-seed-0", "metrics.ndjson");
  while (!existsSync(metrics)) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect({ code, talk }).toMatchObject({ code: 130 });
  expect(talk).toMatch(/the same command goes on with them/);
  for (const run of ["vanilla", "modified"]) {
    expect(existsSync(join(out, "runs", `${run}-seed-0`, "state", "state.safetensors"))).toBe(true);
  }
  expect(existsSync(join(out, "result.json"))).toBe(false);
  const after = runMarchenko(args);
  expect(after).toMatchObject({ code: 0 });
  expect(resultIn(out).runs.map(({ status }) => status)).toEqual(["finished", "finished", "finished"]);
});

test.each([
  ["no name", ["experiment", "--out", join(folder, "x")], /name one; --list says which/],
  ["no folder", ["experiment", "scratch"], /by --out/],
  ["a wrong name", ["experiment", "ablatoin", "--out", join(folder, "x")], /Did you mean ablation\?/],
  [
    "no data at full scale",
    ["experiment", "scratch", "--scale", "full", "--out", join(folder, "x")],
    /give --data image-folder:PATH for imagenet-vit-b, or c4:PATH for c4-t5-base/,
  ],
  [
    "a wrong member",
    ["experiment", "scratch", "--out", join(folder, "x"), "--set", "optimizer.learnRate=1"],
    /learnRate/,
  ],
])("%s is exit 2, and says what to do", (_, args, message) => {
  const { code, stderr } = runMarchenko(args as string[]);
  expect({ code, stderr }).toMatchObject({ code: 2 });
  expect(stderr).toMatch(message);
});
