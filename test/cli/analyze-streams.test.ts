import { expect, test } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { folderForTests, mixedModel, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());
const rows = mixedModel().length;
const colourStart = "\u001b[";

test("--format json prints one JSON value that the published schema takes, and nothing else", () => {
  const { code, stdout } = runMarchenko(["analyze", model, "--format", "json"]);
  expect(code).toBe(0);
  const result = analysisResultSchema.strict().parse(JSON.parse(stdout));
  expect(result.checkpoints).toHaveLength(1);
  expect(result.checkpoints[0]!.layers.map(({ tensor }) => tensor)).toEqual(
    mixedModel().map(({ name }) => name),
  );
  expect(result.provenance.run).toHaveProperty("seconds");
});

test("each tensor that can't be analysed says why", () => {
  const { stdout } = runMarchenko(["analyze", model, "--format", "json"]);
  const { layers } = analysisResultSchema.parse(JSON.parse(stdout)).checkpoints[0]!;
  const reasons = layers.flatMap(({ tensor, reason }) => (reason ? [[tensor, reason]] : []));
  expect(reasons).toEqual([
    ["blocks.0.mlp.fc1.bias", "not-a-matrix"],
    ["zeros.weight", "zero"],
    ["not_a_number.weight", "non-finite"],
  ]);
  const verdictOf = (name: string) => layers.find(({ tensor }) => tensor === name)?.verdict;
  expect(verdictOf("low_rank.weight")).toBe("rank-deficient");
  expect(verdictOf("constant.weight")).toBe("rank-deficient");
});

test("--format ndjson prints a line of JSON for every tensor", () => {
  const { stdout } = runMarchenko(["analyze", model, "--format", "ndjson"]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(rows);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty("status");
});

test("--format csv prints a heading and as many fields in every line", () => {
  const { stdout } = runMarchenko(["analyze", model, "--format", "csv"]);
  const lines = stdout.trimEnd().split(/\r?\n/);
  expect(lines).toHaveLength(rows + 1);
  expect(lines[0]).toMatch(/^checkpoint,step,layer,/);
  expect(lines[0]).toContain("concentration.ratio");
});

test("progress and the time it took go to stderr, the answer to stdout", () => {
  const { stdout, stderr } = runMarchenko(["analyze", model]);
  expect(stderr).toMatch(/^\d+ %.*: mixed\.safetensors, tensor \d+ of 10: /m);
  expect(stderr).toMatch(/^7 layers in .*$/m);
  expect(stdout).not.toMatch(/ %.*tensor \d+ of/);
  expect(stdout).toContain("rank-deficient");
});

test("progress counts up and never past 100 %", () => {
  const { stderr } = runMarchenko(["analyze", model]);
  const shares = Array.from(stderr.matchAll(/^(\d+) %/gm), ([, share]) => Number(share));
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(Math.max(...shares)).toBeLessThanOrEqual(100);
});

test("--no-progress leaves the answer and the closing line", () => {
  const { stdout, stderr } = runMarchenko(["analyze", model, "--no-progress"]);
  expect(stderr).toMatch(/^7 layers in \d+ s\n$/);
  expect(stdout).not.toBe("");
});

test("--quiet prints nothing at all, and only the data with --format", () => {
  expect(runMarchenko(["analyze", model, "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
  const { stdout, stderr } = runMarchenko(["analyze", model, "-q", "--format", "json"]);
  expect(JSON.parse(stdout)).toHaveProperty("type", "analysis");
  expect(stderr).toBe("");
});

test("--quiet still prints errors", () => {
  const { code, stderr } = runMarchenko(["analyze", `${folder}/absent.safetensors`, "--quiet"]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^marchenko: .*does not exist/);
});

test("nothing is coloured without a terminal, FORCE_COLOR colours, and NO_COLOR wins over it", () => {
  const colours = (env: Record<string, string>) =>
    runMarchenko(["analyze", model, "-q", "--format", "table"], { env }).stdout.includes(colourStart);
  expect(colours({ NO_COLOR: "" })).toBe(false);
  expect(colours({ NO_COLOR: "", FORCE_COLOR: "1" })).toBe(true);
  expect(colours({ NO_COLOR: "1", FORCE_COLOR: "1" })).toBe(false);
});
