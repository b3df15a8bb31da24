import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { noiseResultSchema } from "../../src/noise/result.ts";
import { folderForTests } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const recipe = join(folder, "toy.json");
writeFileSync(
  recipe,
  JSON.stringify({
    extends: "digits-vit",
    name: "toy",
    model: { width: 8, depth: 1, mlpWidth: 16, heads: 2 },
    steps: 4,
    batchSize: 8,
    checkpointEvery: [],
  }),
);
const run = join(folder, "run");
const last = join(run, "checkpoints", "step-000004");
const noise = (...args: string[]) => runMarchenko(["noise", ...args]);

beforeAll(() => {
  expect(runMarchenko(["train", recipe, "--out", run, "-q"]).code).toBe(0);
});

test("prints a table, and writes JSON, CSV and Markdown that say the same with any number of threads", () => {
  const outputs = ["json", "csv", "md"].map((extension) => join(folder, `noise.${extension}`));
  const flags = outputs.flatMap((path) => ["-o", path]);
  const { code, stdout, stderr } = noise(last, "--batches", "8", "--no-progress", ...flags);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^layer +\|N\|\/\|G\| +a\/p x +a\/p eta/m);
  expect(stdout).toMatch(/^vit\.encoder\.layer\.0 mlp-in /m);
  expect(stdout).toMatch(/^The spectrum of summed noise is compatible/m);
  for (const path of outputs) expect(stderr).toContain(`wrote ${path}`);
  const result = noiseResultSchema.parse(JSON.parse(readFileSync(outputs[0]!, "utf8")));
  expect(result.checkpoints[0]).toMatchObject({ step: 4, batches: 4, heldOutBatches: 4 });
  const again = noise(last, "--batches", "8", "--threads", "2", "-q", "--format", "json");
  expect(again.stderr).toBe("");
  expect({ ...result.provenance, run: {} }).toEqual({
    ...JSON.parse(again.stdout).provenance,
    run: {},
  });
  expect(JSON.parse(again.stdout).checkpoints).toEqual(result.checkpoints);
});

test.each([
  [["--batches", "2"], 2, /at least 4/],
  [["--batch-size", "700"], 2, /whole batches/],
  [["--part", "both"], 2, /Allowed choices are train, test/],
  [["-o", "noise.ndjson"], 2, /noise writes \.json, \.csv, \.md, \.html, not/],
])("%o is wrong usage", (args, expected, message) => {
  const { code, stdout, stderr } = noise(last, ...args);
  expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  expect(stderr).toMatch(message);
});

test("a path without anything, for the checkpoint or its data, is exit code 3", () => {
  expect(noise(join(folder, "nothing")).code).toBe(3);
  expect(noise(last, "--data", join(folder, "nothing")).code).toBe(3);
});
