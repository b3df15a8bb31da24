import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { filled, folderForTests, mixedModel, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());

/** Layers of an analysis with these options. */
function layersOf(...options: string[]) {
  const { code, stdout, stderr } = runMarchenko(["analyze", model, "--format", "json", ...options]);
  expect(stderr).not.toMatch(/^marchenko: /m);
  expect(code).toBe(0);
  return analysisResultSchema.parse(JSON.parse(stdout)).checkpoints[0]!.layers;
}

const analysed = (...options: string[]) =>
  layersOf(...options).flatMap(({ tensor, status }) => (status === "analysed" ? [tensor] : []));

test("--include keeps what matches any of the globs; the rest has a row that says it was excluded", () => {
  const layers = layersOf("--include", "*.mlp.fc2.*", "--include", "blocks.0.attn.*");
  const kept = layers.filter(({ status }) => status === "analysed").map(({ tensor }) => tensor);
  expect(kept).toEqual(["blocks.0.attn.q_proj.weight", "blocks.1.mlp.fc2.weight"]);
  expect(layers).toHaveLength(mixedModel().length);
  expect(layers.find(({ tensor }) => tensor === "low_rank.weight")?.reason).toBe("excluded");
});

test("--exclude takes from what --include gave", () => {
  expect(analysed("--include", "blocks.*", "--exclude", "*.fc1.*", "--exclude", "*q_proj*")).toEqual([
    "blocks.1.mlp.fc2.weight",
  ]);
});

test("a filter changes no number of the layers that are left", () => {
  const [alone] = layersOf("--include", "blocks.1.mlp.fc2.weight").filter((one) => one.status === "analysed");
  const among = layersOf().find(({ tensor }) => tensor === "blocks.1.mlp.fc2.weight");
  expect(alone?.spectrum).toEqual(among?.spectrum);
  expect(alone?.concentration).toEqual(among?.concentration);
  expect(alone?.metrics).toEqual(among?.metrics);
});

test.each(["nothing*", "blocks.0.mlp.fc9.weight"])(
  "--include %s matches nothing: exit 5 with near names",
  (glob) => {
    const { code, stdout, stderr } = runMarchenko(["analyze", model, "--include", glob]);
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(stderr).toContain(`no tensor matches ${glob}, the nearest names are `);
    expect(stderr).toMatch(/nearest names are .*\w+\.weight/);
  },
);

test("--exclude '*' leaves nothing: exit 5, saying that all were excluded", () => {
  const { code, stderr } = runMarchenko(["analyze", model, "--exclude", "*"]);
  expect(code).toBe(5);
  expect(stderr).toMatch(/all 10 tensors were skipped \(10 excluded\)/);
});

test("a model of biases alone has nothing to analyse", () => {
  const biases = writeModel(folder, "biases.safetensors", [
    filled("a.bias", [8], 1),
    filled("b.bias", [4], 1),
  ]);
  const { code, stderr } = runMarchenko(["analyze", biases]);
  expect(code).toBe(5);
  expect(stderr).toMatch(/all 2 tensors were skipped \(2 not-a-matrix\)/);
});

test("--dry-run lists every tensor with what would be done, and writes nothing", () => {
  const output = join(folder, "dry.json");
  const { code, stdout, stderr } = runMarchenko(["analyze", model, "--dry-run", "-o", output]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(mixedModel().length + 1);
  expect(stdout).toMatch(/blocks\.0\.mlp\.fc1\.bias .*skipped: not-a-matrix/);
  expect(stderr).toMatch(
    /^9 of 10 tensors would be analysed, about [\d.]+[KMBT]? operations, \d+ s with \d+ workers?$/m,
  );
  expect(stderr).toContain(`a dry run writes nothing to ${output}`);
  expect(existsSync(output)).toBe(false);
});

test("--dry-run as JSON selects as the analysis itself does", () => {
  const options = ["--include", "blocks.*", "--exclude", "*.attn.*"];
  const { stdout } = runMarchenko(["analyze", model, "--dry-run", "--format", "json", ...options]);
  const rows: { layer: string; reason: string | null }[] = JSON.parse(stdout);
  const wouldBe = rows.filter(({ reason }) => reason === null).map(({ layer }) => layer);
  expect(wouldBe).toEqual(analysed(...options));
});

test("--dry-run foretells that there is nothing to analyse", () => {
  const { code, stderr } = runMarchenko([
    "analyze",
    model,
    "--dry-run",
    "--include",
    "blocks.0.mlp.fc1.wieght",
  ]);
  expect(code).toBe(5);
  expect(stderr).toMatch(/names like blocks\.0\.mlp\.fc1\.wieght are blocks\.0\.mlp\.fc1\.weight/);
});

test("--spectra keeps every singular value, descending, with its error bound", () => {
  const name = "blocks.0.mlp.fc1.weight";
  const spectrumOf = (...options: string[]) =>
    layersOf(...options).find(({ tensor }) => tensor === name)!.spectrum!;
  const { singularValues = [], relativeErrorBounds = [] } = spectrumOf("--spectra");
  expect(singularValues).toHaveLength(24);
  expect(relativeErrorBounds).toHaveLength(24);
  expect(singularValues).toEqual([...singularValues].sort((a, b) => b - a));
  expect(spectrumOf().singularValues).toBeUndefined();
});
