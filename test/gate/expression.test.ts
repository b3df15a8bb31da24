import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { operators, parseExpression } from "../../src/gate/expression.ts";

describe("an expression of a gate", () => {
  test.each([
    ["powerLaw.alpha < 2", null, "powerLaw.alpha", false, "<", 2],
    ["*.mlp.*:powerLaw.alpha<2", "*.mlp.*", "powerLaw.alpha", false, "<", 2],
    ["  metrics.stableRank >= 1e3 ", null, "metrics.stableRank", false, ">=", 1000],
    ["delta(metrics.stableRank) < -5.5", null, "metrics.stableRank", true, "<", -5.5],
    ["{a,b}.weight:delta( concentration.ratio )>.5", "{a,b}.weight", "concentration.ratio", true, ">", 0.5],
    ["dense/kernel:0:metrics.spikeCount == 0", "dense/kernel:0", "metrics.spikeCount", false, "==", 0],
    ["x:matrices.random-signs.entryRms != +2.", "x", "matrices.random-signs.entryRms", false, "!=", 2],
    ["*layer.[01]*: concentration.rank <= 3", "*layer.[01]*", "concentration.rank", false, "<=", 3],
  ] as const)("%s is read", (text, glob, metric, isDelta, operator, threshold) => {
    expect(parseExpression(text)).toEqual({ text: text.trim(), glob, metric, isDelta, operator, threshold });
  });

  test.each([
    "",
    "powerLaw.alpha",
    "powerLaw.alpha < ",
    "< 2",
    "powerLaw.alpha < two",
    "powerLaw.alpha = 2",
    "powerLaw.alpha < 2 3",
    "powerLaw.alpha << 2",
    ":powerLaw.alpha < 2",
    "delta(powerLaw.alpha < 2",
    "delta() < 2",
    "powerLaw.alpha < NaN",
    "powerLaw.alpha < Infinity",
    "run.json",
  ])("%j is refused", (text) => {
    expect(() => parseExpression(text)).toThrow(UsageError);
  });

  test("compares as its operator says, equal numbers too", () => {
    const truth = Object.entries(operators).map(([name, holds]) => [
      name,
      holds(1, 2),
      holds(2, 2),
      holds(3, 2),
    ]);
    expect(truth).toEqual([
      ["<", true, false, false],
      ["<=", true, true, false],
      [">", false, false, true],
      [">=", false, true, true],
      ["==", false, true, false],
      ["!=", true, false, true],
    ]);
  });

  test("a long text without a colon is refused in no time", () => {
    expect(() => parseExpression(`${"a.".repeat(50_000)}<`)).toThrow(UsageError);
    expect(() => parseExpression(`${"a:".repeat(50_000)}<`)).toThrow(UsageError);
  });
});
