import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnalysisResult, Finding } from "../../src/analysis/result.ts";
import { commandLines } from "../../src/report/shell-words.ts";
import { courseSpark, sparkBlocks } from "../../src/report/spark-blocks.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { exampleResult, exampleSeries } from "./example-result.ts";

const linesOf = (result: AnalysisResult, columns: number, next?: readonly string[]) =>
  renderTerminal(result, { columns, color: false, next }).trimEnd().split("\n");

const words = fc.constantFrom(
  "model.",
  "decoder/",
  "layers.1.",
  "10.",
  "self_attn.q_proj",
  "\u001b[2J",
  "重み",
  " ",
);
const text = (most: number) => fc.array(words, { maxLength: most }).map((parts) => `x${parts.join("")}`);
const finding = fc.record({
  id: fc.constant("id"),
  severity: fc.constantFrom("error", "warning", "info"),
  layer: fc.option(text(30)),
  evidence: text(60),
  advice: fc.constant("None."),
}) as fc.Arbitrary<Finding>;

/** A result of any number of models or steps, with names, findings and warnings of any length. */
const anyResult = fc
  .record({
    copies: fc.integer({ min: 1, max: 30 }),
    isSeries: fc.boolean(),
    prefix: text(60),
    findings: fc.array(finding, { maxLength: 12 }),
    warnings: fc.array(text(100), { maxLength: 5 }),
    reasons: fc.array(text(4), { maxLength: 40 }),
  })
  .map(({ copies, isSeries, prefix, findings, warnings, reasons }): AnalysisResult => {
    const base = isSeries ? exampleSeries() : exampleResult();
    const [first] = base.checkpoints;
    const layers = first!.layers.map((layer) => ({ ...layer, layer: prefix + layer.layer }));
    const skipped = reasons.map((reason, i) => ({
      ...(layers.find(({ status }) => status === "skipped") ?? layers[0]!),
      status: "skipped" as const,
      reason: `${reason}${i}`,
    }));
    const checkpoints = Array.from({ length: copies }, (_, i) => ({
      ...first!,
      id: `${prefix}${i}`,
      findings: [...findings],
      layers: [...layers, ...skipped],
    }));
    return { ...base, checkpoints, warnings: [...warnings] };
  });

describe("the terminal's answer", () => {
  test("fits 24 lines of 80 columns with the prompt, whatever is analysed", () => {
    fc.assert(
      fc.property(anyResult, fc.integer({ min: 80, max: 200 }), (result, columns) => {
        const lines = linesOf(result, columns, [
          "marchenko",
          "analyze",
          result.checkpoints[0]!.id,
          "-o",
          "x.html",
        ]);
        expect(lines.length).toBeLessThan(24);
        const widths = lines.map((line) => line.length + (line.match(/[重み]/g)?.length ?? 0));
        expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("has layers that can be told apart, each with its spectrum", () => {
    const result = exampleResult();
    for (const layer of result.checkpoints[0]!.layers) {
      layer.layer = `transformer.decoder.layers.${layer.layer}.parametrizations.weight.original0`;
    }
    const rows = linesOf(result, 80).filter((line) => /^[○▲■◆✕] \S+ +\S+ \[/.test(line));
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map((row) => row.split(/ +/)[1])).size).toBe(5);
    for (const row of rows) expect(row).toMatch(/[▁▂▃▄▅▆▇█]{4}/);
  });

  test("of a series shows how the layers went over its steps", () => {
    const text = linesOf(exampleSeries(), 100).join("\n");
    expect(text).toContain("over steps");
    expect(text).toMatch(/▁.*█$/m);
  });

  test("ends with the command that comes next", () => {
    expect(linesOf(exampleResult(), 80, ["marchenko", "view", "a b.json"]).at(-1)).toBe(
      "next: marchenko view 'a b.json'",
    );
  });
});

describe("small charts of characters", () => {
  test("the highest fills its line, and what is more than nothing can be seen", () => {
    expect(sparkBlocks([0, 1e-9, 0.5, 1])).toBe(" ▁▄█");
    expect(sparkBlocks([0, null])).toBe("  ");
  });

  test("a course is drawn by its logarithm, from its least to its most", () => {
    expect(courseSpark([1, 10, 100], 10)).toBe("▁▄█");
    expect(courseSpark([1, null, 1], 10)).toBe("█ █");
    expect(
      courseSpark(
        Array.from({ length: 100 }, (_, i) => 2 ** i),
        5,
      ),
    ).toBe("▁▃▄▆█");
    expect(courseSpark([], 5)).toBe("");
  });
});

test("a command of any words, broken at any width, is the same words to a shell", () => {
  const word = fc.string({
    minLength: 1,
    maxLength: 60,
    unit: fc.constantFrom("a", "/", ".", " ", "'", "\\", "*", "ä"),
  });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 24, max: 90 }),
      (given, width) => {
        const lines = commandLines(["printf", "%s\\n", ...given], width, 6);
        expect(lines[0]!.length + 6).toBeLessThanOrEqual(width);
        for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(width);
        const said = execFileSync("sh", ["-c", lines.join("\n")], { encoding: "utf8" });
        expect(said).toBe(`${given.join("\n")}\n`);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});
