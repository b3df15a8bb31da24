import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { layerQuantities } from "../../src/measure/average.ts";
import { type MeasurementResult, measurementResultSchema } from "../../src/measure/result.ts";
import { runFolders, trainHere } from "../train/toy.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko, startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const run = runFolders()();
const vit = {
  name: "toy-vit",
  data: { name: "digits" },
  model: { kind: "vit", width: 8, depth: 2, mlpWidth: 16 },
  optimizer: { name: "adamw", learningRate: 0.01 },
  steps: 2,
  batchSize: 8,
  evaluateBatches: 1,
};
const last = join(run, "checkpoints", "step-000002");
/** Meters alone, on few batches. */
const few = ["--batches", "2", "--only", "activationSparsity", "--only", "augmentedFlatness"];
const measure = (...args: string[]) => runMarchenko(["measure", ...args]);

beforeAll(async () => {
  await trainHere({ recipe: vit, out: run });
});

test("a table a part, a row a block and their mean, and what it says in words; talk is on stderr", () => {
  const { code, stdout, stderr } = measure(last, ...few);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/^took \d+ s$/m) });
  for (const part of ["train", "test"]) {
    expect(stdout).toMatch(
      new RegExp(
        `^step-000002, ${part}\nblock +active .*\nvit\\.encoder\\.layer\\.0 +0\\.\\d+ .*\nvit\\.encoder\\.layer\\.1 .*\nmean +0\\.\\d+`,
        "m",
      ),
    );
    expect(stdout).toMatch(
      new RegExp(`^step-000002, ${part}: of 16 examples' activations [\\d.]+ % are active, from `, "m"),
    );
  }
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThan(200);
});

test("a series has a row a checkpoint, and the course of it", () => {
  const { code, stdout } = measure(run, ...few, "--part", "test", "-q", "--format", "table");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^test, means over blocks\ncheckpoint +loss +accuracy +active.*\nstep-000000 .*\nstep-000002 /m,
  );
  expect(stdout).toMatch(/^test: from step-000000 to step-000002 the activated ratio goes from /m);
});

test("writes JSON, CSV and Markdown with the same numbers; threads and repetition change none", () => {
  const [json, csv, md] = ["json", "csv", "md"].map((end) => join(folder, `out.${end}`)) as [
    string,
    string,
    string,
  ];
  const flags = [...few, "--part", "test", "-q"];
  const outputs = [json, csv, md].flatMap((path) => ["-o", path]);
  expect(measure(last, ...flags, ...outputs)).toEqual({ code: 0, stdout: "", stderr: "" });
  const result = JSON.parse(readFileSync(json, "utf8")) as MeasurementResult;
  expect(measurementResultSchema.parse(result)).toEqual(result);
  const printed = measure(last, ...flags, "--format", "json", "--threads", "2");
  const again = JSON.parse(printed.stdout) as MeasurementResult;
  expect({ ...again.provenance, run: {} }).toEqual({ ...result.provenance, run: {} });
  expect(again.checkpoints).toEqual(result.checkpoints);

  const [head, ...rows] = readFileSync(csv, "utf8").trimEnd().split("\r\n");
  const columns = head!.split(",");
  for (const { id } of layerQuantities) expect(columns).toContain(id);
  expect(rows).toHaveLength(2);
  for (const [i, row] of rows.entries()) {
    const cell = (name: string) => row.split(",")[columns.indexOf(name)];
    const layer = result.checkpoints[0]!.layers[i]!;
    expect(cell("layer")).toBe(layer.layer);
    expect(Number(cell("activatedRatio"))).toBe(layer.activatedRatio);
    expect(Number(cell("augmentedFlatness.keyStandardError"))).toBe(
      layer.augmentedFlatness!.keyStandardError,
    );
    expect(cell("gradientDensity.ratio")).toBe("");
  }
  const text = readFileSync(md, "utf8");
  expect(text).toMatch(/^\| block \| `active` \|/m);
  expect(text).toMatch(/^\| `vit\.encoder\.layer\.1` \| 0\.\d+ ± 0\.\d+ \|/m);
});

describe("a series of which some checkpoints are damaged", () => {
  const series = join(folder, "series");
  const names = ["step-000000", "step-000002", "step-000003"];
  /** A copy of the run's last checkpoint whose first weight is NaN. */
  const damage = (path: string) => {
    cpSync(last, path, { recursive: true });
    const file = join(path, "model.safetensors");
    const bytes = readFileSync(file);
    bytes.writeFloatLE(Number.NaN, 8 + Number(bytes.readBigUInt64LE(0)));
    writeFileSync(file, bytes);
  };

  test("has the others, and a warning: damage is the end of a run that diverged", () => {
    for (const name of names.slice(0, 2)) {
      cpSync(join(run, "checkpoints", name), join(series, name), { recursive: true });
    }
    damage(join(series, names[2]!));
    for (const command of [
      ["measure", ...few, "--part", "test"],
      ["noise", "--batches", "4"],
    ]) {
      const output = join(folder, `${command[0]}-series.json`);
      const { code, stderr } = runMarchenko([command[0]!, series, ...command.slice(1), "-o", output]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^warning: step-000003 is left out: .*no finite numbers/m);
      const result = JSON.parse(readFileSync(output, "utf8"));
      expect(result.checkpoints.map(({ id }: { id: string }) => id)).toEqual(names.slice(0, 2));
      // What was kept on the way is not needed any more.
      expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
    }
  });

  test("is refused where none is left, as a single one is", () => {
    const all = join(folder, "all-damaged");
    for (const name of ["step-1", "step-2"]) damage(join(all, name));
    for (const command of ["measure", "noise"]) {
      for (const path of [all, join(all, "step-1")]) {
        const { code, stderr } = runMarchenko([command, path]);
        expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/no finite numbers/) });
      }
    }
  });
});

test("a measurement that is stopped keeps what is finished as a result, and says where", async () => {
  const output = join(folder, "stopped.json");
  const kept = `${output}.partial.json`;
  // The second part has the time of all groups; the first is kept as soon as it is done.
  const child = startMarchenko(["measure", last, "-o", output]);
  let talk = "";
  child.stderr!.on("data", (chunk: Buffer) => {
    talk += chunk.toString();
  });
  const closed = once(child, "close");
  while (!existsSync(kept) && child.exitCode === null) await setTimeout(5);
  child.kill("SIGINT");
  const [code] = await closed;
  expect(code).toBe(130);
  expect(talk).toMatch(/^1 finished measurement kept in .*stopped\.json\.partial\.json/m);
  expect(existsSync(output)).toBe(false);
  const result = measurementResultSchema.parse(JSON.parse(readFileSync(kept, "utf8")));
  expect(result.checkpoints.map(({ part }) => part)).toEqual(["train"]);
  expect(result.warnings[0]).toMatch(/was stopped or failed/);
  expect(runMarchenko(["report", kept]).code).toBe(0);
});

describe("what goes wrong has its exit code, and says what to do", () => {
  const vitRecipe = join(folder, "other.json");
  writeFileSync(vitRecipe, JSON.stringify({ ...vit, model: { ...vit.model, width: 4 } }));
  const bare = join(folder, "bare.safetensors");
  writeFileSync(bare, "no checkpoint at all");
  test.each([
    [["nowhere"], 3, /nowhere does not exist/],
    [[bare], 3, /bare\.safetensors/],
    [[last, "--data", "mnist"], 2, /model\.imageSize: the data have 28, got 8/],
    [[last, "--data", "no-such-folder"], 3, /no-such-folder, which is no name and does not exist/],
    [[last, "--data", "digts"], 3, /Did you mean digits\?/],
    [[last, "--data", "digits:x"], 2, /data\.path: there is no such key\. data takes no other\./],
    [[last, "--recipe", vitRecipe], 2, /are not those of the recipe's model[\s\S]*by --recipe FILE/],
    [[last, "--recipe", "digits-vti"], 2, /Did you mean digits-vit/],
    [[last, "--only", "hesian"], 2, /nothing to measure called hesian/],
    [[last, "--part", "valid"], 2, /both, train, test/],
    [[last, "--batches", "0"], 2, /at least 1/],
    [[last, "--set", "probes=1"], 2, /group\.key=json/],
    [
      [last, "--set", "hessian.probs=1"],
      2,
      /a setting is not right:\n {2}hessian\.probs: .*Did you mean probes/,
    ],
    [[last, "--set", "robustness.epsilons=[]"], 2, /expected at least 1 entry, got \[\]/],
    [[last, "--set", "robustness.epsilons=[1e999]"], 2, /expected a number, got Infinity/],
    [[last, "--set", "nothing.probes=1"], 2, /settings\.nothing/],
    [[last, "-o", "x.docx"], 2, /extension/],
    [[last, "-o", "x.ndjson"], 2, /measure writes \.json, \.csv, \.md/],
    [[], 2, /missing required argument 'checkpoint'/],
  ] as const)("%j ends with %i", (args, code, message) => {
    const { code: ended, stdout, stderr } = measure(...args);
    expect({ ended, stdout }).toEqual({ ended: code, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
