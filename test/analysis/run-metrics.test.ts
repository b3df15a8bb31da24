import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { type AnalysisResult, analyze, mergeShards } from "../../src/index.ts";
import { renderJson } from "../../src/report/json.ts";

const root = mkdtempSync(join(tmpdir(), "marchenko-run-metrics-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const options = { include: ["*intermediate*"] };

/** A run of the example's checkpoints, with a log whose loss begins at `loss`. */
function run(name: string, loss: number, count = 4): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  symlinkSync(resolve("data/example-series"), join(folder, "checkpoints"));
  const lines = Array.from({ length: count }, (_, step) =>
    JSON.stringify({
      ...{ step, split: "test", loss: loss - step / count, accuracy: null },
      activatedRatioPerLayer: { "block.0.mlp": 0.5, "block.1.mlp": 0.25, "block.2.mlp": null },
    }),
  );
  writeFileSync(join(folder, "metrics.ndjson"), `${lines.join("\n")}\n`);
  return folder;
}

const named = ({ measured = [] }: AnalysisResult) =>
  measured.map(({ series, layer, part, values }) => [series, layer, part, Object.keys(values)]);

describe("what a run has logged", () => {
  test("is in the analysis of its series, with its blocks as layers where they are as many", async () => {
    const folder = run("alone", 2);
    const result = await analyze(folder, options);
    expect(analysisResultSchema.safeParse(result).error).toBeUndefined();
    expect(named(result)).toEqual([
      [undefined, "model", "test", ["loss"]],
      [undefined, "vit.encoder.layer.0.intermediate.dense.weight", "test", ["activatedRatio"]],
      [undefined, "vit.encoder.layer.1.intermediate.dense.weight", "test", ["activatedRatio"]],
    ]);
    expect(result.measured![0]!.values.loss).toEqual([2, 1.75, 1.5, 1.25]);
    expect((await analyze(join(folder, "checkpoints"), options)).measured).toEqual(result.measured);
    // Of layers that the blocks are not, they keep their names.
    const one = await analyze(folder, { include: ["*layer.0.intermediate*"] });
    expect(one.measured!.map(({ layer }) => layer)).toEqual(["model", "block.0.mlp", "block.1.mlp"]);
  });

  test("is the same of shards that are merged", async () => {
    const folder = run("shards", 3);
    writeFileSync(join(folder, "metrics.ndjson"), '{"step":1}\n', { flag: "a" });
    const whole = await analyze(folder, options);
    expect(whole.warnings.at(-1)).toContain("1 of 5 lines");
    const shards: AnalysisResult[] = [];
    for (const index of [1, 2, 3]) {
      shards.push(JSON.parse(renderJson(await analyze(folder, { ...options, shard: { index, count: 3 } }))));
    }
    expect(renderJson(mergeShards(shards))).toBe(renderJson(whole));
  });

  test("of a series that the result has no checkpoint of keeps its names", async () => {
    const shards: AnalysisResult[] = [];
    for (const index of [1, 2]) {
      const shard = await analyze(resolve("data/example-series"), { ...options, shard: { index, count: 2 } });
      const strange = { series: "absent", layer: "block", part: "train", steps: [1], values: { loss: [2] } };
      shards.push({ ...shard, measured: [strange] });
    }
    expect(mergeShards(shards).measured).toEqual(shards[0]!.measured);
  });

  test("belongs to each of several runs, and to none of two series in one folder", async () => {
    const runs = [run("first", 2), run("second", 5)];
    const result = await analyze(runs, options);
    const losses = result.measured!.filter(({ layer }) => layer === "model");
    expect(losses.map(({ series, values }) => [series, values.loss![0]])).toEqual(
      runs.map((folder, i) => [folder, [2, 5][i]]),
    );
    const both = join(root, "both");
    for (const step of ["000000", "000100"]) {
      for (const name of ["a", "b"])
        cpSync(`data/example-series/step-${step}`, join(both, `${name}-step-${step}`), { recursive: true });
    }
    writeFileSync(join(both, "metrics.ndjson"), '{"step":0,"split":"test","loss":1}\n');
    const mixed = await analyze(both, options);
    expect(new Set(mixed.checkpoints.map(({ series }) => series)).size).toBe(2);
    expect(mixed.measured).toBeUndefined();
  });

  test("of very many lines is thinned out, but for the steps that were saved", async () => {
    const result = await analyze(run("long", 2, 3001), options);
    const { steps } = result.measured![0]!;
    expect(steps.length).toBeLessThan(1010);
    expect(steps.slice(0, 3)).toEqual([0, 4, 8]);
    expect(steps.at(-1)).toBe(3000);
    for (const { step } of result.checkpoints) expect(steps).toContain(step);
    expect(result.warnings.at(-1)).toMatch(/of 3001 lines of test data in .*, 7\d\d are kept/);
  });

  test("of more blocks than models have is of the whole model alone, with a warning", async () => {
    const folder = run("blocks", 2);
    const line = (step: number) => {
      const names = Array.from({ length: 500 }, (_, i) => [`block ${500 * step + i}`, 0.5]);
      return JSON.stringify({
        ...{ step, split: "train", loss: 1 },
        activatedRatioPerLayer: Object.fromEntries(names),
      });
    };
    writeFileSync(join(folder, "metrics.ndjson"), Array.from({ length: 10 }, (_, i) => line(i)).join("\n"));
    const { measured, warnings } = await analyze(folder, options);
    expect(measured!.map(({ layer }) => layer)).toEqual(["model"]);
    expect(warnings.join("\n")).toMatch(/names 5000 blocks, which are left out/);
  });

  test("that can't be read is a warning, and no word where there is none", async () => {
    const folder = join(root, "odd");
    mkdirSync(join(folder, "metrics.ndjson"), { recursive: true });
    symlinkSync(resolve("data/example-series"), join(folder, "checkpoints"));
    const result = await analyze(folder, options);
    expect(result.warnings.at(-1)).toContain("can't read");
    expect(result.measured).toBeUndefined();
    expect((await analyze("data/example-series", options)).warnings.join()).not.toContain("metrics");
  });
});
