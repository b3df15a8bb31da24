import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { notableLayers } from "../../src/report/notable-layers.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { wrapText } from "../../src/report/wrap-text.ts";
import { exampleResult } from "./example-result.ts";

const linesOf = (result: AnalysisResult, columns: number) =>
  renderTerminal(result, { columns, color: false }).trimEnd().split("\n");

describe("on a screen of 80 columns", () => {
  const evidence = "one direction holds 71.3 % of the squared norm ".repeat(3).trim();
  const layer = "model.decoder.layers.11.self_attn.q_proj.lora_A.default.weight";
  const warning = `model: no Marchenko-Pastur fit, fewer than 8 non-zero singular values: ${layer}, ${layer}, ${layer}`;

  test("findings are wrapped and nothing of them is cut, and a warning keeps three lines", () => {
    const result = exampleResult();
    result.checkpoints[0]!.findings = [
      { id: "x", severity: "warning", layer, evidence, advice: "None." },
      { id: "y", severity: "info", layer: null, evidence: "short", advice: "None." },
    ];
    result.warnings = [warning];
    const lines = linesOf(result, 80);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const text = lines.map((line) => line.trim()).join(" ");
    expect(text).toContain(`! ${layer}: ${evidence}`);
    expect(text).toContain(`! ${warning.slice(0, 190)}`);
    const start = lines.findIndex((line) => line.startsWith(`! ${layer}`));
    expect(lines[start + 1]).toMatch(/^ {2}\S/);
    expect(lines.slice(start).join("").match(/…/g)).toHaveLength(1);
  });

  test("what is not shown is counted, with the place where it is", () => {
    const result = exampleResult();
    const [finding] = result.checkpoints[0]!.findings;
    result.checkpoints[0]!.findings = Array(12).fill(finding);
    result.warnings = ["first", "second"];
    const text = linesOf(result, 80).join(" ").replace(/ +/g, " ");
    const [, findings] = /and (\d+) more findings and 2 more warnings: see the page or the JSON/.exec(text)!;
    expect(text.split(finding!.evidence).length - 1).toBe(12 - Number(findings));
    expect(text).not.toContain("first");
    expect(text).not.toContain("second");
  });
});

describe("a text on lines of its own", () => {
  test("breaks between words, and within a word that fills a line after a mark", () => {
    expect(wrapText("one two three", 8, 2)).toEqual(["one two", "  three"]);
    expect(wrapText("a layers.11.self_attn.weight", 14, 2)).toEqual([
      "a",
      "  layers.11.",
      "  self_attn.",
      "  weight",
    ]);
    expect(wrapText("x".repeat(25), 10, 2)).toEqual([
      "x".repeat(10),
      `  ${"x".repeat(8)}`,
      `  ${"x".repeat(7)}`,
    ]);
    expect(wrapText("", 10, 2)).toEqual([]);
  });
});

describe("the layers farthest from noise", () => {
  const layers = exampleResult().checkpoints[0]!.layers;
  const far = (verdict: "undetermined" | "structured" | null, rows: number) => {
    const layer = structuredClone(layers[0]!);
    layer.layer = `far-${verdict}-${rows}`;
    layer.verdict = verdict;
    layer.shape = [rows, 96];
    layer.spectrum = { ...layer.spectrum!, rows, columns: 96 };
    layer.concentration!.ratio = 1e6;
    return layer;
  };

  test("are none that is undetermined, and no single row", () => {
    const notable = notableLayers(
      [far("undetermined", 96), far("structured", 1), far(null, 1), ...layers],
      20,
    );
    expect(notable.filter(({ layer }) => layer.startsWith("far"))).toEqual([]);
    expect(notable.some(({ verdict }) => verdict === "undetermined")).toBe(false);
    expect(notable.length).toBeGreaterThan(5);
  });

  test("are the determined ones, without a spectrum too", () => {
    const bare = { ...far("structured", 96), spectrum: null };
    expect(notableLayers([...layers, bare], 1)).toEqual([bare]);
  });
});
