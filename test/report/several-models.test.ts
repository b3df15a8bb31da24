import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { exampleSeries, seriesAndModel, twoModels, twoSeries } from "./example-result.ts";

const terminal = (result: AnalysisResult, columns = 100) => renderTerminal(result, { columns, color: false });

/** The level-2 headings of a page, in order. */
function titlesOf(page: string): string[] {
  return Array.from(page.matchAll(/<h2[^>]*>([^<]*)</g), ([, title]) => title!);
}

function requireUniqueIds(page: string): void {
  const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => id!);
  expect(ids.length).toBe(new Set(ids).size);
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
}

describe("a series and a model beside it", () => {
  test("have a section each on the page, and the series its trajectories", async () => {
    const page = await renderReport(seriesAndModel());
    requireUniqueIds(page);
    expect(titlesOf(page).slice(0, 4)).toEqual(["Models", "run-a", "model", "Earlier checkpoints"]);
    expect(page).toContain("2 models, 1 of them a series");
    expect(page).toContain("at step-003000, the last of 5 checkpoints:");
    expect(page.match(/>Over training</g)).toHaveLength(1);
    expect(page).toContain("One line a layer over 5 checkpoints");
    expect(page.indexOf("Over training")).toBeLessThan(page.indexOf('id="checkpoint"'));
    // The trajectories are drawn as on a page of the series alone.
    const figureOf = (text: string) =>
      /<figcaption>(Spectral concentration: median.*?)<\/figcaption>/s.exec(text)![1];
    expect(figureOf(page)).toBe(figureOf(await renderReport(exampleSeries())));
  });

  test("have a line each in the terminal, which fits in its width", () => {
    for (const columns of [48, 80, 120]) {
      const lines = terminal(seriesAndModel(), columns).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeLessThanOrEqual(24);
    }
    const text = terminal(seriesAndModel());
    // 6 matrices of the series' last checkpoint, 12 of the model.
    expect(text).toContain("2 models, 1 of them a series: 18 matrices analysed.");
    expect(text).toMatch(/^. run-a, last of 5 +○ 2 {2}▲ 4$/m);
    expect(text).toMatch(/^. model +○ 3/m);
  });

  test("are told apart in Markdown", () => {
    const text = renderMarkdown(seriesAndModel());
    expect(text).toContain("## step-000300\n\nCheckpoint 3 of 5 of the series run-a.");
    expect(text.match(/of the series/g)).toHaveLength(5);
  });
});

test("two series have a section and trajectories each", async () => {
  const page = await renderReport(twoSeries());
  requireUniqueIds(page);
  expect(titlesOf(page).slice(0, 4)).toEqual(["Models", "run-a", "run-b", "Earlier checkpoints"]);
  const captions = Array.from(
    page.matchAll(/<figcaption>(Spectral concentration: median.*?)<\/figcaption>/gs),
  );
  expect(captions).toHaveLength(2);
  const [, from, to] = /from (\S+) to ([^;]+);/.exec(captions[0]![1]!)!;
  expect(captions[1]![1]).toContain(`from ${to} to ${from};`);
  expect(page).toContain("2 series");
  expect(terminal(twoSeries())).toContain("2 series: 12 matrices analysed.");
});

test("models that are no series are called one nowhere", async () => {
  const result = twoModels();
  const header = /<header>.*?<\/header>/s.exec(await renderReport(result))![0];
  for (const text of [header, terminal(result), renderMarkdown(result)]) {
    expect(text).not.toMatch(/series|the last of|last of \d/);
  }
  expect(terminal(result)).toContain("2 models: 24 matrices analysed.");
});

test("more models than lines are counted, the worst shown", () => {
  const { checkpoints, ...rest } = twoModels();
  const many = Array.from({ length: 20 }, (_, i) => ({
    ...checkpoints[0]!,
    id: `m${i}`,
    findings: i === 19 ? [{ ...checkpoints[0]!.findings[0]!, severity: "error" as const }] : [],
  }));
  const text = terminal({ ...rest, checkpoints: many });
  expect(text).toMatch(/^✗ m19 /m);
  expect(text).toMatch(/^✓ m3 /m);
  expect(text).not.toMatch(/ m4 /);
  expect(text).toContain("and 15 more models: see the page or the JSON");
});
