import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { settledFiles, stampOf } from "../../src/cli/settled-files.ts";
import { folderForTests, noise } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();

/** The bytes of a checkpoint, in which one row has grown with the step. */
function model(step: number): Uint8Array {
  const { data, ...rest } = noise("fc1.weight", [60, 40]);
  const grown = Float64Array.from(data, (entry, i) => entry + (i < 40 ? 0.2 * (step / 1000) ** 3 : 0));
  return encodeSafetensors([{ ...rest, data: grown }, noise("fc2.weight", [40, 60])]);
}

/** Starts a watch; what it says can be waited for. */
function watch(args: readonly string[], cwd: string) {
  const child = startMarchenko(["analyze", "run", "--watch", "--no-progress", ...args], { cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name]!.on("data", (part) => (text[name] += part));
  const closed = once(child, "close");
  return {
    text,
    said: (what: RegExp) =>
      expect.poll(() => text.stdout + text.stderr, { timeout: 60_000, interval: 50 }).toMatch(what),
    async interrupted() {
      child.kill("SIGINT");
      return (await closed)[0];
    },
    ended: async () => (await closed)[0],
  };
}

/** What a result says, but for what may differ between equal runs. */
function resultIn(path: string) {
  const { provenance, ...rest } = JSON.parse(readFileSync(path, "utf8"));
  return { ...rest, provenance: { ...provenance, run: {} } };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("each checkpoint of a growing folder is analysed once, when it is whole; the outputs are those of one analysis", async () => {
  const cwd = mkdtempSync(join(folder, "growing-"));
  const live = join(cwd, "live.json");
  const watching = watch(["-o", "live.json", "-o", "live.csv"], cwd);
  await watching.said(/watching run/);
  const checkpoints = join(cwd, "run", "checkpoints");
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(cwd, "run", "recipe.json"), "{}");
  const save = (step: string, bytes: Uint8Array) => {
    mkdirSync(join(checkpoints, step), { recursive: true });
    writeFileSync(join(checkpoints, step, "model.safetensors"), bytes);
  };

  save("step-000100", model(100));
  await watching.said(/step-000100: .*\n/);
  // One that comes bit by bit: cut short it is no checkpoint.
  save("step-000200", model(200).subarray(0, 5000));
  await pause(2500);
  expect(watching.text.stdout).not.toContain("step-000200");
  save("step-000200", model(200));
  await watching.said(/step-000200: .*\n/);
  expect(resultIn(live).checkpoints.map(({ step }: { step: number }) => step)).toEqual([100, 200]);
  // One that is moved to its name when it is whole, as this package's trainer does.
  mkdirSync(join(cwd, "partial"));
  writeFileSync(join(cwd, "partial", "model.safetensors"), model(1000));
  renameSync(join(cwd, "partial"), join(checkpoints, "step-001000"));
  await watching.said(/step-001000: .*\n/);
  await expect.poll(() => resultIn(live).checkpoints.length).toBe(3);

  expect(await watching.interrupted()).toBe(130);
  const lines = watching.text.stdout.trimEnd().split("\n");
  expect(lines.map((line) => /step-\d+/.exec(line)?.[0])).toEqual([
    "step-000100",
    "step-000200",
    "step-001000",
  ]);
  expect(lines[2]).toMatch(/outliers? \(\+\d+\); fc1\.weight is now noise with spikes/);
  expect(readdirSync(cwd).sort()).toEqual(["live.csv", "live.json", "run"]);
  for (const name of ["plain.json", "plain.csv"]) {
    expect(runMarchenko(["analyze", "run", "-q", "-o", name], { cwd }).code).toBe(0);
  }
  expect(resultIn(live)).toEqual(resultIn(join(cwd, "plain.json")));
  expect(readFileSync(join(cwd, "live.csv"), "utf8")).toBe(readFileSync(join(cwd, "plain.csv"), "utf8"));
});

test("files that are there are analysed together, one that is written again is too; --watch-until ends with 0", async () => {
  const cwd = mkdtempSync(join(folder, "files-"));
  const run = join(cwd, "run");
  mkdirSync(run);
  for (const step of [100, 200]) writeFileSync(join(run, `model_${step}.safetensors`), model(step));
  const watching = watch(["--format", "ndjson", "--watch-until", "300", "-o", "live.json", "-q"], cwd);
  const lines = () => watching.text.stdout.trimEnd().split("\n");
  await expect.poll(() => lines().length, { timeout: 60_000 }).toBe(4);
  writeFileSync(join(run, "model_200.safetensors"), model(250));
  await expect.poll(() => lines().length, { timeout: 60_000 }).toBe(6);
  writeFileSync(join(run, "model_300.safetensors"), model(300));
  expect(await watching.ended()).toBe(0);
  expect(watching.text.stderr).toBe("");
  expect(lines().map((line) => JSON.parse(line).step)).toEqual([100, 100, 200, 200, 200, 200, 300, 300]);
  expect(runMarchenko(["analyze", "run", "-q", "-o", "plain.json"], { cwd }).code).toBe(0);
  expect(resultIn(join(cwd, "live.json"))).toEqual(resultIn(join(cwd, "plain.json")));
});

test("an interrupt before there is anything writes nothing; what can't be read is said once", async () => {
  const cwd = mkdtempSync(join(folder, "nothing-"));
  mkdirSync(join(cwd, "run"));
  writeFileSync(join(cwd, "run", "notes.txt"), "nothing here");
  const watching = watch(["-o", "live.json"], cwd);
  await watching.said(/^not yet: .*$/m);
  await pause(2500);
  expect(watching.text.stderr.match(/not yet/g)).toHaveLength(1);
  expect(await watching.interrupted()).toBe(130);
  expect(existsSync(join(cwd, "live.json"))).toBe(false);
  rmSync(cwd, { recursive: true });
});

test.each<[string[], RegExp]>([
  [["a", "b", "--watch"], /--watch takes one folder on disk, got a, b/],
  [["hf://owner/model", "--watch"], /--watch takes one folder on disk/],
  [["run", "--watch", "--shard", "1/2"], /--shard can't be with --watch/],
  [["run", "--watch", "--follow-spikes"], /--follow-spikes can't be with --watch/],
  [
    ["run", "--watch", "--format", "html"],
    /--watch prints table \(a line a checkpoint\) or ndjson, not html/,
  ],
  [["run", "--watch-until", "5"], /--watch-until is when to end --watch/],
  [["package.json", "--watch"], /--watch looks at the folder of a run, and package\.json is a file/],
])("analyze %s is wrong usage", (args, message) => {
  const { code, stderr } = runMarchenko(["analyze", ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test("a checkpoint is whole when its tensors and the JSON beside them have not changed", () => {
  const now = new Map([
    ["/run/a/model.safetensors", "1"],
    ["/run/a/config.json", "1"],
    ["/run/a/optimizer.pt", "1"],
    ["/run/metrics.json", "1"],
  ]);
  const checkpoint = { path: "/run/a", files: [{ path: "/run/a/model.safetensors", sizeBytes: 1 }] };
  const stampAfter = (changed: readonly string[]) => {
    const before = new Map([...now].map(([path, stamp]) => [path, changed.includes(path) ? "0" : stamp]));
    return stampOf(checkpoint, now, settledFiles(before, now));
  };
  expect(stampAfter([])).toBe("/run/a/model.safetensors 1\n/run/a/config.json 1");
  expect(stampAfter(["/run/a/optimizer.pt", "/run/metrics.json"])).toBe(stampAfter([]));
  expect(stampAfter(["/run/a/model.safetensors"])).toBeNull();
  expect(stampAfter(["/run/a/config.json"])).toBeNull();
});

test("a result within the watched model is no part of it", async () => {
  const cwd = mkdtempSync(join(folder, "within-"));
  mkdirSync(join(cwd, "run"));
  writeFileSync(join(cwd, "run", "model.safetensors"), model(100));
  const watching = watch(["-o", "run/live.json"], cwd);
  await watching.said(/: .*outlier.*\n/);
  await pause(3500);
  expect(await watching.interrupted()).toBe(130);
  expect(watching.text.stdout.trimEnd().split("\n")).toHaveLength(1);
});

test("exponents are of blocks of one side, also where a later model has a smaller one", async () => {
  const cwd = mkdtempSync(join(folder, "sides-"));
  const save = (name: string, bytes: Uint8Array) => {
    mkdirSync(join(cwd, "run", name), { recursive: true });
    writeFileSync(join(cwd, "run", name, "model.safetensors"), bytes);
  };
  save("a", encodeSafetensors([noise("fc1.weight", [96, 64])]));
  const watching = watch(["--comparable-alpha", "-o", "live.json"], cwd);
  await watching.said(/: .*outlier.*\n/);
  save("b", encodeSafetensors([noise("query.weight", [48, 40])]));
  await watching.said(/b: .*outlier.*\n/);
  expect(await watching.interrupted()).toBe(130);
  expect(watching.text.stdout.trimEnd().split("\n")).toHaveLength(2);
  const plain = ["analyze", "run", "--comparable-alpha", "-q", "-o", "plain.json"];
  expect(runMarchenko(plain, { cwd }).code).toBe(0);
  expect(resultIn(join(cwd, "live.json"))).toEqual(resultIn(join(cwd, "plain.json")));
});
