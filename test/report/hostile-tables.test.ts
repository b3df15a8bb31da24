import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { renderCsv } from "../../src/report/csv.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { exampleResult } from "./example-result.ts";

/** The example with its first layer called so. */
function named(layer: string): AnalysisResult {
  const result = exampleResult();
  result.checkpoints[0]!.layers[0]!.layer = layer;
  return result;
}

describe("in CSV", () => {
  test.each([
    ["=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["a=b", "a=b"],
    ["a\u001b[31mb\u0007\u202e", "a\ufffd[31mb\ufffd\ufffd"],
  ])("the name %j is no formula and moves no cursor", (name, field) => {
    expect(renderCsv(named(name)).split("\r\n")[1]!.startsWith(`model,,${field},`)).toBe(true);
  });

  test("a name that begins with a line's end is text as well", () => {
    expect(renderCsv(named("\r=1+1"))).toContain(`"'\r=1+1"`);
  });

  test("a number stays a number, a negative one too", () => {
    const result = exampleResult();
    const checkpoint = result.checkpoints[0]!;
    checkpoint.step = -3;
    checkpoint.layers[0]!.metrics = { stableRank: -1.5 };
    const [head, row] = renderCsv(result)
      .split("\r\n")
      .map((line) => line.split(","));
    expect(row![head!.indexOf("step")]).toBe("-3");
    expect(row![head!.indexOf("metrics.stableRank")]).toBe("-1.5");
  });

  test("the name of a metric in a saved result is no formula", () => {
    const result = exampleResult();
    result.checkpoints[0]!.layers[0]!.metrics!["\u001b=1"] = 1;
    expect(renderCsv(result).split("\r\n")[0]).toContain("metrics.\ufffd=1");
  });
});

test("in Markdown control characters are replaced, in names and in texts", () => {
  const result = named("a\u001b[2Jb\tc\nd\u202e");
  result.checkpoints[0]!.findings[0]!.evidence = "bell\u0007";
  result.warnings = ["warn\u009b31m"];
  const text = renderMarkdown(result);
  expect(text).toContain("`a\ufffd[2Jb\ufffdc d\ufffd`");
  expect(text).toContain("bell\ufffd");
  expect(text).toContain("warn\ufffd31m");
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});
