import { beforeAll, describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { gateResultSchema } from "../../src/gate/result.ts";
import { analyze, compare, gate, tensorOf, UnreadableInputError, UsageError } from "../../src/index.ts";
import { gateMarkdown } from "../../src/report/gate/gate-markdown.ts";
import { gaussian, plant } from "../noise.ts";
import { exampleMeasurement } from "../report/example-measurement.ts";
import { exampleNoise } from "../report/example-noise.ts";

/** A model of noise with a spike, noise, entries that are all NaN, and a bias. */
function model(id: string, strength: number) {
  return {
    id,
    step: 100,
    tensors: () => [
      tensorOf("mlp.fc1.weight", [64, 32], plant(gaussian(64, 32, 1, "fc1"), strength, "fc1").data),
      tensorOf("mlp.fc2.weight", [32, 64], gaussian(32, 64, 1, "fc2").data),
      tensorOf("attn.weight", [24, 24], new Float32Array(24 * 24).fill(Number.NaN)),
      tensorOf("mlp.fc1.bias", [64], new Float32Array(64)),
    ],
  };
}

let result: AnalysisResult;
let baseline: AnalysisResult;
beforeAll(async () => {
  result = await analyze(model("now", 60));
  baseline = await analyze(model("before", 30));
});

const on = (...failOn: string[]) => gate(result, { failOn });

describe("an expression fails the gate", () => {
  test("where it holds, with layer and number", () => {
    const found = on("metrics.spectralNorm > 50");
    expect(gateResultSchema.safeParse(found).error?.issues ?? []).toEqual([]);
    expect(found.failed).toBe(true);
    expect(found.rules[0]).toMatchObject({ outcome: "failed", looked: 3, fired: 1, notJudged: 1 });
    const norm = result.checkpoints[0]!.layers[0]!.metrics!.spectralNorm!;
    expect(found.violations).toEqual([
      {
        rule: 0,
        checkpoint: "now",
        path: "now",
        layer: "mlp.fc1.weight",
        part: null,
        value: norm,
        now: null,
        before: null,
      },
    ]);
  });

  test("and passes where it holds nowhere", () => {
    const found = on("metrics.spectralNorm > 1000", "concentration.rank < 3");
    expect(found.failed).toBe(false);
    expect(found.rules.map(({ outcome }) => outcome)).toEqual(["passed", "passed"]);
    expect(found.violations).toEqual([]);
  });

  test("in the layers that its glob matches", () => {
    expect(on("*.fc2.*:metrics.spectralNorm > 50").failed).toBe(false);
    expect(on("*.fc1.*:metrics.spectralNorm > 50").failed).toBe(true);
  });

  test("when its glob matches no layer, with names like it, or says that it is skipped", () => {
    const [rule] = on("*.fc3.*:metrics.spectralNorm > 50").rules;
    expect(rule).toMatchObject({ outcome: "no-match", looked: 0 });
    expect(rule!.hint).toContain("mlp.fc1.weight");
    expect(on("*.fc3.*:metrics.spectralNorm > 50").failed).toBe(true);
    expect(on("*.bias:metrics.spectralNorm > 50").rules[0]!.hint).toBe(
      "it matches only layers that were not analysed, such as mlp.fc1.bias (not-a-matrix)",
    );
  });

  test("in no checkpoint but the one that is asked for", async () => {
    const both = await analyze([model("before", 30), model("now", 60)]);
    const failOn = ["metrics.spectralNorm > 50"];
    expect(gate(both, { failOn }).violations.map(({ checkpoint }) => checkpoint)).toEqual(["now"]);
    expect(gate(both, { failOn, checkpoint: "before" }).failed).toBe(false);
    expect(gate(both, { failOn, checkpoint: "last" }).failed).toBe(true);
    expect(() => gate(both, { failOn, checkpoint: "nwo" })).toThrow(/no checkpoint nwo .* like now/);
  });
});

describe("what can't be judged never fires, and is listed", () => {
  test("a layer without numbers", () => {
    const { failed, notJudged } = on("attn*:metrics.spectralNorm > 0");
    expect(failed).toBe(false);
    expect(notJudged).toEqual([
      expect.objectContaining({
        layer: "attn.weight",
        value: null,
        reason: "skipped: 576 of 576 entries are NaN or infinite",
      }),
    ]);
  });

  test("a power law that is not reliable, with its number", () => {
    const { failed, notJudged, rules } = on("mlp*:powerLaw.alpha > 0", "mlp*:powerLaw.alpha < 1000");
    expect(failed).toBe(false);
    expect(rules.map((rule) => [rule.fired, rule.notJudged])).toEqual([
      [0, 2],
      [0, 2],
    ]);
    for (const { reason } of notJudged) expect(reason).toMatch(/^no reliable power law/);
  });

  test("what rests on a Marchenko-Pastur fit that is rejected", () => {
    const rejected = structuredClone(result);
    rejected.checkpoints[0]!.layers[0]!.marchenkoPastur!.pValue = 0.001;
    const { notJudged, violations } = gate(rejected, { failOn: ["mlp*:marchenkoPastur.scale > 0.5"] });
    expect(violations.map(({ layer }) => layer)).toEqual(["mlp.fc2.weight"]);
    expect(notJudged.map(({ layer, reason }) => [layer, reason])).toEqual([
      ["mlp.fc1.weight", "the Marchenko-Pastur fit is rejected (p = 0.001)"],
    ]);
  });

  test("a null", () => {
    const without = structuredClone(result);
    without.checkpoints[0]!.layers[1]!.metrics!.entropy = null;
    const { notJudged } = gate(without, { failOn: ["*fc2*:metrics.entropy > 0"] });
    expect(notJudged).toEqual([expect.objectContaining({ value: null, reason: "null" })]);
  });
});

describe("a difference from a baseline", () => {
  const delta = (text: string) => gate(result, { failOn: [text], baseline });

  test("is the number now less that before", () => {
    const { violations } = delta("delta(metrics.spectralNorm) > 10");
    expect(violations.map(({ layer }) => layer)).toEqual(["mlp.fc1.weight"]);
    const [{ value, now, before }] = violations as [(typeof violations)[number]];
    expect(value).toBe(now! - before!);
    expect(now).toBe(result.checkpoints[0]!.layers[0]!.metrics!.spectralNorm);
    expect(before).toBe(baseline.checkpoints[0]!.layers[0]!.metrics!.spectralNorm);
    expect(delta("delta(metrics.spectralNorm) < 0").failed).toBe(false);
  });

  test("needs one", () => {
    expect(() => on("delta(metrics.spectralNorm) > 10")).toThrow(
      /give the result that it is from with --baseline/,
    );
  });

  test("is not judged where the baseline has no such layer, or one of another shape", () => {
    const other = structuredClone(baseline);
    other.checkpoints[0]!.layers[0]!.layer = "renamed";
    other.checkpoints[0]!.layers[1]!.shape = [32, 65];
    const { notJudged } = gate(result, {
      failOn: ["mlp*:delta(metrics.spectralNorm) > -1e9"],
      baseline: other,
    });
    expect(notJudged.map(({ layer, reason }) => [layer, reason])).toEqual([
      ["mlp.fc1.weight", "the baseline has no such layer"],
      ["mlp.fc2.weight", "it has another shape [32, 65] in the baseline"],
    ]);
  });

  test("is not judged where either number does not count", () => {
    const { notJudged, failed } = delta("mlp*:delta(powerLaw.alpha) > -1e9");
    expect(failed).toBe(false);
    expect(notJudged).toHaveLength(2);
  });

  test("of a series is from the checkpoint of its id, else of its step", async () => {
    const series = await analyze([
      { ...model("a", 30), step: 0 },
      { ...model("b", 60), step: 100 },
    ]);
    const failOn = ["*fc1*:delta(metrics.spectralNorm) != 0"];
    // "now" is of step 100, as "b" is: the same numbers.
    expect(gate(result, { failOn, baseline: series }).failed).toBe(false);
    const unknown = structuredClone(result);
    unknown.checkpoints[0]!.step = 7;
    expect(gate(unknown, { failOn, baseline: series }).notJudged[0]!.reason).toMatch(
      /none of the baseline's 2/,
    );
    // Both at step 100, of two series: the step alone would find the first.
    const named = structuredClone(series);
    for (const [i, name] of ["x", "y"].entries()) {
      named.checkpoints[i] = { ...named.checkpoints[i]!, step: 100, series: name };
    }
    const failedOf = (of: string) => {
      const now = structuredClone(result);
      now.checkpoints[0]!.series = of;
      return gate(now, { failOn, baseline: named }).failed;
    };
    expect([failedOf("x"), failedOf("y")]).toEqual([true, false]);
  });
});

test("of several checkpoints each layer is told with its own, also where all are of one", async () => {
  const series = await analyze([
    { ...model("a", 30), step: 0 },
    { ...model("b", 60), step: 100 },
  ]);
  const failOn = ["metrics.spectralNorm > 50"];
  const [found, alone] = [gate(series, { failOn }), gate(result, { failOn })];
  expect([found.checkpoints, alone.checkpoints]).toEqual([2, 1]);
  expect(found.violations.map(({ checkpoint }) => checkpoint)).toEqual(["b"]);
  expect(gateMarkdown(found)).toContain("`mlp.fc1.weight (b)`");
  expect(gateMarkdown(alone)).toContain("`mlp.fc1.weight`");
});

describe("an unknown metric is wrong usage, with a suggestion", () => {
  test.each([
    ["alpha < 2", "powerLaw.alpha"],
    ["stableRank < 2", "metrics.stableRank"],
    ["powerLaw.alhpa < 2", "powerLaw.alpha"],
    ["metrics.alpha < 2", "powerLaw.alpha"],
    ["metric.stableRank < 2", "metrics.stableRank"],
  ])("%s", (text, meant) => {
    expect(() => on(text)).toThrow(UsageError);
    expect(() => on(text)).toThrow(`Did you mean ${meant}`);
  });

  test("even where the glob matches nothing", () => {
    expect(() => on("nothing*:alpha < 2")).toThrow(UsageError);
  });

  test("numbers that only some layers have are known", () => {
    expect(on("spectrum.relativeErrorBound > 1").failed).toBe(false);
  });
});

describe("results of other kinds", () => {
  test("a comparison: how far layers moved, the change, and B less A", async () => {
    const compared = await compare(model("before", 30), model("now", 60));
    const fired = (text: string) => gate(compared, { failOn: [text] }).violations.map(({ layer }) => layer);
    expect(fired("relativeChange > 0.1")).toEqual(["mlp.fc1.weight"]);
    expect(fired("delta(metrics.spectralNorm) > 10")).toEqual(["mlp.fc1.weight"]);
    expect(fired("change.metrics.stableRank < 1.1")).toEqual(["mlp.fc1.weight"]);
    expect(fired("metrics.spectralNorm > 50")).toEqual(["mlp.fc1.weight"]);
    const { notJudged } = gate(compared, { failOn: ["change.metrics.stableRank > 0"] });
    expect(notJudged.map(({ layer, reason }) => [layer, reason])).toEqual([
      ["mlp.fc2.weight", "there is no change to analyse"],
    ]);
  });

  test("a measurement: blocks, and the whole model under the name model", () => {
    const measured = exampleMeasurement();
    const found = gate(measured, { failOn: ["activatedRatio >= 0", "model:accuracy >= 0"] });
    const layers = measured.checkpoints.reduce((sum, each) => sum + each.layers.length, 0);
    expect(found.rules[0]!.fired).toBe(layers);
    expect(found.rules[1]!.fired).toBe(measured.checkpoints.length);
    expect(found.violations[0]!.part).not.toBeNull();
    expect(() => gate(measured, { failOn: ["activatedRatoi > 0"] })).toThrow(/Did you mean activatedRatio/);
  });

  test("gradient noise", () => {
    const found = gate(exampleNoise(), { failOn: ["noiseToSignal > 0"] });
    expect(found.rules[0]!.fired).toBeGreaterThan(0);
  });

  test("those without layers are refused, and shards", async () => {
    const failOn = ["powerLaw.alpha < 2"];
    expect(() => gate({ type: "selftest" }, { failOn })).toThrow(UnreadableInputError);
    const shard = await analyze(model("now", 60), { shard: { index: 1, count: 2 } });
    expect(() => gate(shard, { failOn })).toThrow(/one shard of an analysis/);
    expect(() => gate(result, { failOn: [] })).toThrow(UsageError);
  });
});
