import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { presets } from "../../src/train/presets/catalogue.ts";
import { filesOf, metricsOf } from "../train/toy.ts";
import { folderForTests } from "./models.ts";
import { bin, type Run, runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const recipe = join(folder, "toy.json");
writeFileSync(
  recipe,
  JSON.stringify({
    extends: "digits-vit",
    name: "toy",
    model: { width: 8, depth: 1, mlpWidth: 16 },
    sparsity: { activation: "jsrelu", zerothBias: {}, restrictedLayerNorm: true, synapseNoise: {} },
    steps: 60,
    batchSize: 8,
    logEvery: 5,
    evaluateEvery: 10,
    evaluateBatches: 2,
    checkpointEvery: 7,
    analyzeEvery: 30,
    measureEvery: 30,
  }),
);
const train = (...args: string[]) => runMarchenko(["train", ...args]);
const whole = join(folder, "whole");
let wholeRun: Run;
beforeAll(() => {
  wholeRun = train(recipe, "--out", whole);
});

test("trains, tells its last metrics on stdout and where it is on stderr", () => {
  const { code, stdout, stderr } = wholeRun;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^split +step +loss +accuracy +active +flat$/m);
  expect(stdout).toMatch(/^train +59 /m);
  expect(stdout).toMatch(/^test +60 /m);
  expect(stderr).toMatch(/^\d+ %.*step \d+ of 60, loss [\d.]+, active [\d.]+/m);
  expect(stderr).toMatch(/^60 steps in \d+ s on wasm-\w+, \d threads?; /m);
  expect(stderr).toContain(`last checkpoint ${join(whole, "checkpoints", "step-000060")}`);
  expect(metricsOf(whole).at(-1)).toMatchObject({ split: "test", step: 60 });
  for (const file of ["analysis.ndjson", "measurements.ndjson"]) {
    const lines = readFileSync(join(whole, file), "utf8").trimEnd().split("\n");
    const steps = new Set(lines.map((line) => (JSON.parse(line) as { step: number }).step));
    expect(Array.from(steps)).toEqual([0, 30, 60]);
  }
});

test("its checkpoints are a series for analyze", () => {
  const { code, stdout } = runMarchenko(["analyze", join(whole, "checkpoints"), "--format", "json"]);
  expect(code).toBe(0);
  const { checkpoints } = JSON.parse(stdout) as { checkpoints: { step: number }[] };
  expect(checkpoints.map(({ step }) => step)).toEqual([0, 7, 14, 21, 28, 35, 42, 49, 56, 60]);
});

test("--seed, --steps and --set change the recipe; --threads doesn't change the result", () => {
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  const changes = ["--seed", "7", "--steps", "4", "--set", "optimizer.learningRate=0.01"];
  expect(train(recipe, "--out", one, ...changes, "--threads", "1", "-q")).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  const { code, stdout, stderr } = train(
    recipe,
    "--out",
    two,
    ...changes,
    "--threads",
    "2",
    "-q",
    "--format",
    "json",
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ steps: 4, test: metricsOf(one).at(-1) });
  expect(JSON.parse(readFileSync(join(one, "recipe.json"), "utf8"))).toMatchObject({
    seed: 7,
    steps: 4,
    optimizer: { learningRate: 0.01, weightDecay: 0.3 },
  });
  expect(filesOf(two, "with state")).toEqual(filesOf(one, "with state"));
});

/** Starts a run, and waits until its metrics have so many lines. */
async function underWay(out: string, lines: number) {
  const child = startMarchenko(["train", recipe, "--out", out]);
  let talk = "";
  child.stderr!.on("data", (data: Buffer) => {
    talk += String(data);
  });
  const metrics = join(out, "metrics.ndjson");
  while (!existsSync(metrics) || readFileSync(metrics, "utf8").split("\n").length <= lines) {
    expect(child.exitCode, talk).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  return { child, talk: () => talk };
}

describe("a run that is stopped and resumed has every byte of one that is not", () => {
  test.each([1, 4, 9])("by SIGKILL after %i lines of metrics", async (lines) => {
    const out = join(folder, `killed-${lines}`);
    const { child } = await underWay(out, lines);
    child.kill("SIGKILL");
    await once(child, "close");
    const { code, stderr } = train(recipe, "--out", out, "--resume");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(filesOf(out, "with state")).toEqual(filesOf(whole, "with state"));
  });

  test("by Ctrl-C, which saves the state and names the next command", async () => {
    const out = join(folder, "interrupted");
    const { child, talk } = await underWay(out, 3);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    expect(talk()).toContain("stopping after the step under way");
    const next = /go on with: marchenko (train .* --resume)$/m.exec(talk())![1]!;
    expect(next).toBe(`train ${recipe} --out ${out} --resume`);
    const rest = runMarchenko(next.split(" "));
    expect(rest.code).toBe(0);
    expect(rest.stderr).toMatch(/^\d+ steps(, up to 60,)? in \d+ s on wasm-/m);
    expect(filesOf(out, "with state")).toEqual(filesOf(whole, "with state"));
    // A run that is done has nothing left.
    expect(runMarchenko(next.split(" "))).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^nothing was left of 60 steps; last checkpoint /m),
    });
    expect(filesOf(out, "with state")).toEqual(filesOf(whole, "with state"));
  });
});

test("--list has every recipe, as a table and as JSON", () => {
  const { code, stdout } = train("--list");
  expect(code).toBe(0);
  for (const { name } of presets) expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
  const listed = JSON.parse(train("--list", "--format", "json").stdout) as { name: string }[];
  expect(listed.map(({ name }) => name)).toEqual(presets.map(({ name }) => name));
});

describe("what goes wrong ends with 2 or 3, and leaves no folder", () => {
  const out = join(folder, "never");
  test.each([
    [["digits-vti"], 2, /expected the name of a recipe .*Did you mean digits-vit/],
    [[], 2, /name a recipe/],
    [["digits-vit", "--set", "optimizer.learningrate=1"], 2, /Did you mean learningRate/],
    [["digits-vit", "--set", "steps"], 2, /dotted.key=json/],
    [["digits-vit", "--resume"], 2, /holds no run to resume/],
    [["digits-vit", "--steps", "0"], 2, /at least 1/],
    [["digits-vit", "--stepz", "1"], 2, /--steps/],
    [["cifar10-vit"], 2, /data.path/],
    [["mnist-mlp", "--set", "data.path=/nowhere"], 3, /\/nowhere/],
    [["nowhere.json"], 3, /nowhere.json does not exist/],
    [["digits-vit", "--set", "finetune.from=/nowhere"], 3, /\/nowhere/],
  ])("%j", (args, expected, message) => {
    const { code, stderr, stdout } = train(...args, "--out", out);
    expect({ code, stderr }).toMatchObject({ code: expected });
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(existsSync(out)).toBe(false);
  });

  test("no --out", () => {
    expect(train("digits-vit")).toMatchObject({ code: 2, stderr: expect.stringContaining("--out") });
  });

  test("a file that is no recipe", () => {
    const path = join(folder, "broken.json");
    writeFileSync(path, '{ "name": ');
    expect(train(path, "--out", out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is no JSON"),
    });
    writeFileSync(path, "[1]");
    expect(train(path, "--out", out).stderr).toContain(`${path}: a recipe is an object of JSON`);
  });

  test("a folder, or what has no end, for a recipe", () => {
    const given = train(folder, "--out", join(folder, "nothing"));
    expect(given.code).toBe(3);
    expect(given.stderr).toContain("is a folder: expected the file of a recipe");
    const endless = train("/dev/zero", "--out", join(folder, "nothing"));
    expect(endless.code).toBe(2);
    expect(endless.stderr).toContain("is no recipe: expected 1048576 bytes at most");
  });

  test("a run's folder without --resume", () => {
    const before = filesOf(whole, "with state");
    expect(train(recipe, "--out", whole)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--resume"),
    });
    expect(filesOf(whole, "with state")).toEqual(before);
  });
});

test("a learning rate that is too high ends with 2, the step and the last good checkpoint", () => {
  const out = join(folder, "diverged");
  const set = ["optimizer.name=sgd", "optimizer.learningRate=1e300", "checkpointEvery=1"];
  const { code, stderr } = train(recipe, "--out", out, ...set.flatMap((each) => ["--set", each]));
  expect(code).toBe(2);
  expect(stderr).toMatch(/training diverged: .* at step \d+/);
  expect(stderr).toMatch(/the last good checkpoint is \S+step-00000\d/);
});

const disk = join(folder, "disk");
mkdirSync(disk);
const onDisk = (script: string) =>
  spawnSync(
    "unshare",
    ["-rm", "sh", "-c", `mount -t tmpfs -o size=128k tmpfs "$DISK" || exit 99; ${script}`],
    {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", DISK: disk, BIN: bin, NODE: process.execPath, RECIPE: recipe },
    },
  );
const canMount = onDisk("exit 7").status === 7;

test.skipIf(!canMount)(
  "a full disk ends with 2; what was saved is whole, and the run goes on with space",
  () => {
    const { status, stderr } = onDisk(`
    "$NODE" "$BIN" train "$RECIPE" --out "$DISK/run" --no-progress > /dev/null; echo "first $?" >&2
    mount -o remount,size=8m "$DISK"
    "$NODE" "$BIN" train "$RECIPE" --out "$DISK/run" --resume --no-progress > /dev/null; echo "second $?" >&2
    cp -r "$DISK/run" "${folder}/from-disk"
  `);
    expect(stderr).toMatch(/can't write \S+: the disk is full/);
    expect(stderr).toContain("first 2");
    expect(stderr).toContain("second 0");
    expect(status).toBe(0);
    expect(filesOf(join(folder, "from-disk"), "with state")).toEqual(filesOf(whole, "with state"));
  },
);
