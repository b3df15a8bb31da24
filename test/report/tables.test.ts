import { describe, expect, test } from "vitest";
import { renderCsv } from "../../src/report/csv.ts";
import { formatNumber, formatPValue, formatWithError } from "../../src/report/format-number.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderNdjson } from "../../src/report/ndjson.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { exampleResult, exampleSeries } from "./example-result.ts";

/** A reader of RFC 4180 of its own, so that the writer is not tested by itself. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match = pattern.exec(text); match !== null && match[0] !== ""; match = pattern.exec(text)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("numbers for people", () => {
  test.each([
    [0.031249, "0.0312"],
    [0, "0"],
    [128, "128"],
    [12_582_912, "1.26e7"],
    [4.2e-7, "4.20e-7"],
    [null, "–"],
    [Number.NaN, "–"],
  ])("%s reads %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test("an estimate and its standard error have the same decimal place", () => {
    expect(formatWithError(0.0312345, 0.000148)).toBe("0.03123 ± 0.00015");
    expect(formatWithError(0.5, null)).toBe("0.500");
  });

  test("a p-value at the end of the simulation, or of a law's tail, is an upper bound", () => {
    expect(formatPValue(1e-5)).toBe("≤ 1e-5");
    expect(formatPValue(0.341)).toBe("0.34");
    expect(formatPValue(0)).toBe("< 1e-300");
    expect(formatPValue(null)).toBe("–");
  });
});

describe("CSV", () => {
  test("reads back as the same texts and the same doubles", () => {
    const result = exampleResult();
    const hostile = 'a,"b"\r\nc';
    result.checkpoints[0]!.layers[3]!.layer = hostile;
    const [head, ...rows] = parseCsv(renderCsv(result));
    expect(head!.slice(0, 12)).toEqual(
      "checkpoint step layer kind role block depth shape dtype status reason verdict".split(" "),
    );
    expect(rows).toHaveLength(result.checkpoints[0]!.layers.length);
    const cell = (row: number, id: string) => rows[row]![head!.indexOf(id)];
    expect(cell(3, "layer")).toBe(hostile);
    for (const [row, layer] of result.checkpoints[0]!.layers.entries()) {
      const scale = layer.marchenkoPastur?.scale;
      expect(cell(row, "marchenkoPastur.scale")).toBe(scale === undefined ? "" : String(scale));
      expect(Number(cell(row, "metrics.stableRank") || Number.NaN)).toBe(
        layer.metrics?.stableRank ?? Number.NaN,
      );
    }
  });

  test("a number that could not be computed is an empty field", () => {
    const [head, row] = parseCsv(renderCsv(exampleResult()));
    expect(row![head!.indexOf("metrics.participationRatio")]).toBe("");
  });
});

test("NDJSON has one line a layer with its checkpoint and step", () => {
  const series = exampleSeries();
  const lines = renderNdjson(series).trimEnd().split("\n");
  expect(lines).toHaveLength(series.checkpoints.reduce((sum, each) => sum + each.layers.length, 0));
  const last = JSON.parse(lines.at(-1)!);
  expect(last).toEqual({
    checkpoint: "step-003000",
    step: 3000,
    ...series.checkpoints.at(-1)!.layers.at(-1)!,
  });
});

describe("JSON", () => {
  test("reads back as the same result, with arrays of numbers on one line", () => {
    const result = exampleResult();
    const text = renderJson(result);
    expect(JSON.parse(text)).toEqual(result);
    expect(
      text
        .split("\n")
        .find((line) => line.includes('"quantiles"'))!
        .match(/,/g)!.length,
    ).toBe(257);
    expect(text).toContain('\n      "id": "model"');
  });

  test("refuses a number that JSON cannot hold", () => {
    expect(() => renderJson({ a: [1, Number.NaN] })).toThrow(new TypeError("a result holds NaN at a[1]"));
    expect(() => renderJson(Number.NaN)).toThrow(new TypeError("a result holds NaN"));
    const layers = [{ layer: "fc1.weight" }, { layer: "fc2.weight", metrics: { norm: 1 / 0 } }];
    expect(() => renderJson({ checkpoints: [{ id: "m", layers }] })).toThrow(
      new TypeError('a result holds Infinity at checkpoints[0 "m"].layers[1 "fc2.weight"].metrics.norm'),
    );
  });
});

describe("Markdown", () => {
  test("begins with the verdict and has a row for every tensor", () => {
    const result = exampleResult();
    const text = renderMarkdown(result);
    expect(text).toContain("**4 of 12 analysed matrices are noise with spikes;");
    for (const layer of result.checkpoints[0]!.layers) expect(text).toContain(`| \`${layer.layer}\` |`);
    expect(text).toContain("skipped: too-small");
    expect(text).not.toContain("secret-host");
  });

  test("a hostile name stays a name", () => {
    const result = exampleResult();
    result.checkpoints[0]!.layers[0]!.layer = "a`|b](x)<img>";
    result.checkpoints[0]!.id = "<script>*x*";
    const text = renderMarkdown(result);
    expect(text).toContain("| `` a`\\|b](x)<img> `` |");
    expect(text).toContain("## \\<script\\>\\*x\\*");
  });
});

describe("the terminal's answer", () => {
  test.each([60, 80, 120])("fits a screen of %i columns and 24 lines", (columns) => {
    for (const result of [exampleResult(), exampleSeries()]) {
      const lines = renderTerminal(result, { columns, color: false }).trimEnd().split("\n");
      expect(lines.length).toBeLessThan(24);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  test("colour adds nothing that marks don't say", () => {
    const plain = renderTerminal(exampleResult(), { columns: 100, color: false });
    const coloured = renderTerminal(exampleResult(), { columns: 100, color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR codes begin with ESC
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
    expect(coloured).not.toBe(plain);
    for (const mark of ["✗", "!", "▲", "○"]) expect(plain).toContain(mark);
  });

  test("names the verdict, the farthest layers, findings and what was skipped", () => {
    const text = renderTerminal(exampleResult(), { columns: 100, color: false });
    expect(text).toMatch(/^✗ 4 of 12 analysed matrices are noise with spikes\.\n/);
    expect(text).toContain("blocks.2.mlp.fc_in.weight");
    expect(text).toContain("skipped: 2 not-a-matrix, 1 integer, 1 too-small");
  });

  test("a tensor's name cannot steer the terminal", () => {
    const result = exampleResult();
    for (const layer of result.checkpoints[0]!.layers) layer.layer = "\u001b[2Jx\u202e";
    const text = renderTerminal(result, { columns: 100, color: false });
    for (const character of ["\u001b", "\u202e"]) expect(text).not.toContain(character);
  });

  test("nothing analysed is said", () => {
    const empty = { ...exampleResult(), checkpoints: [] };
    expect(renderTerminal(empty, { columns: 80, color: false })).toBe("✗ No checkpoint was analysed.\n");
  });
});
