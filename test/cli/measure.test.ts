import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layerQuantities } from "../../src/measure/average.ts";
import { type MeasurementResult, measurementResultSchema } from "../../src/measure/result.ts";
import { runFolders, trainHere } from "../train/toy.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

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

describe("what goes wrong has its exit code, and says what to do", () => {
  const vitRecipe = join(folder, "other.json");
  writeFileSync(vitRecipe, JSON.stringify({ ...vit, model: { ...vit.model, width: 4 } }));
  const bare = join(folder, "bare.safetensors");
  writeFileSync(bare, "no checkpoint at all");
  test.each([
    [["nowhere"], 3, /nowhere does not exist/],
    [[bare], 3, /bare\.safetensors/],
    [[last, "--data", "mnist"], 2, /model\.imageSize: the data have 28, got 8/],
    [[last, "--data", "no-such-folder"], 3, /no-such-folder/],
    [[last, "--recipe", vitRecipe], 2, /are not those of the recipe's model/],
    [[last, "--recipe", "digits-vti"], 2, /Did you mean digits-vit/],
    [[last, "--only", "hesian"], 2, /nothing to measure called hesian/],
    [[last, "--part", "valid"], 2, /both, train, test/],
    [[last, "--batches", "0"], 2, /at least 1/],
    [[last, "--set", "probes=1"], 2, /group\.key=json/],
    [[last, "--set", "nothing.probes=1"], 2, /settings\.nothing/],
    [[last, "-o", "x.parquet"], 2, /extension/],
    [[last, "-o", "x.ndjson"], 2, /measure writes \.json, \.csv, \.md/],
    [[], 2, /missing required argument 'checkpoint'/],
  ] as const)("%j ends with %i", (args, code, message) => {
    const { code: ended, stdout, stderr } = measure(...args);
    expect({ ended, stdout }).toEqual({ ended: code, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
