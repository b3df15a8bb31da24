import { readFileSync } from "node:fs";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import { renderChart } from "../../src/report/charts/render-chart.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult, exampleSeries, twoModels } from "./example-result.ts";
import { hasChromium, type OpenPage, overflow, pagesInChromium } from "./open-page.ts";

describe.skipIf(!hasChromium)("the page in Chromium, from a file, with the network cut", () => {
  const { openText, violations } = pagesInChromium();
  const open = async (
    result: AnalysisResult,
    options: BrowserContextOptions & { fragment?: string } = {},
  ): Promise<OpenPage> => openText(await renderReport(result), options);
  const names = (page: Page) => page.locator("table.layers").first().locator("tbody th").allTextContents();

  test("opens without a request, an error or a word on the console", async () => {
    for (const result of [exampleResult(), exampleSeries()]) {
      const { page, requests, errors } = await open(result);
      await expect(page.title()).resolves.toContain("marchenko");
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    }
  });

  test.each(["light", "dark"] as const)("axe finds nothing to complain of in %s", async (colorScheme) => {
    for (const result of [exampleResult(), exampleSeries(), twoModels()]) {
      const { page } = await open(result, { colorScheme, viewport: { width: 1280, height: 900 } });
      await page.evaluate(() => {
        for (const each of document.querySelectorAll("details")) each.open = true;
      });
      expect(await violations(page)).toEqual([]);
    }
  });

  test("is readable with scripts off, and shows no control that would need them", async () => {
    const { page } = await open(exampleResult(), { javaScriptEnabled: false });
    const visible = async (selector: string) => page.locator(selector).first().isVisible();
    expect(await page.locator("h1").textContent()).toBe("model");
    expect(await page.locator("table.layers tbody tr").count()).toBe(16);
    expect(await visible("svg.chart")).toBe(true);
    for (const selector of [".filter", ".theme", ".fold", ".views"])
      expect(await visible(selector)).toBe(false);
    const card = page.locator('[id="layer-blocks.0.attn.q.weight"]');
    await card.locator("summary").first().click();
    expect(await card.locator("svg.chart").isVisible()).toBe(true);
  });

  test("a phone scrolls the tables and not the page", async () => {
    for (const result of [exampleResult(), exampleSeries()]) {
      const { page } = await open(result, { viewport: { width: 390, height: 844 } });
      await page.evaluate(() => {
        for (const each of document.querySelectorAll("details")) each.open = true;
      });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  test("a head sorts up, down and back; rows without a number stay last", async () => {
    const { page } = await open(exampleResult());
    const before = await names(page);
    const head = page.locator("table.layers th", { hasText: "stable rank" });
    const values = async () =>
      page
        .locator("table.layers tbody tr")
        .evaluateAll((rows) =>
          rows
            .map((row) => (row as HTMLTableRowElement).cells[8]!.dataset.value)
            .filter((value) => value !== undefined && value !== ""),
        );
    await head.locator("button").click();
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    const up = (await values()).map(Number);
    expect(up).toEqual([...up].sort((a, b) => a - b));
    expect((await names(page)).slice(-4)).toEqual(before.slice(-4));
    await head.locator("button").press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect((await values()).map(Number)).toEqual(up.reverse());
    expect((await names(page)).slice(-4)).toEqual(before.slice(-4));
    await head.locator("button").click();
    expect(await names(page)).toEqual(before);
  });

  test("a filter by name and verdict hides the other rows", async () => {
    const { page } = await open(exampleResult());
    await page.getByLabel("Name or role").fill("MLP-IN");
    await page.getByLabel("Verdict").selectOption("noise-like");
    expect(await page.locator("table.layers tbody tr:visible").count()).toBe(1);
    expect(await page.locator(".filter output").textContent()).toBe("1 of 16 rows");
  });

  test("a link to a layer opens its card", async () => {
    const { page } = await open(exampleResult(), { fragment: "#layer-blocks.1.attn.q.weight" });
    const card = page.locator('[id="layer-blocks.1.attn.q.weight"]');
    expect(await card.getAttribute("open")).not.toBeNull();
    await page.locator("table.layers a", { hasText: "blocks.0.attn.k.weight" }).click();
    await expect
      .poll(() => page.locator('[id="layer-blocks.0.attn.k.weight"]').getAttribute("open"))
      .not.toBeNull();
  });

  test("a card draws its tail and its quantiles when it is opened, and not before", async () => {
    const { page, errors } = await open(exampleResult());
    const card = page.locator('[id="layer-blocks.0.attn.q.weight"]');
    const drawn = card.locator(".view svg.chart");
    expect(await drawn.count()).toBe(0);
    await card.locator("summary").first().click();
    await expect.poll(() => drawn.count()).toBe(2);
    expect(await drawn.first().isVisible()).toBe(true);
    expect(await drawn.first().getAttribute("aria-label")).toContain("Upper tail");
    const text = await drawn.last().evaluate((svg) => svg.outerHTML);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    expect(errors).toEqual([]);
  });

  test("figures are saved as SVG, PNG, CSV and specification, in the page alone", async () => {
    const { page, requests, errors } = await open(exampleResult(), {
      fragment: "#layer-blocks.0.attn.q.weight",
    });
    const card = page.locator('[id="layer-blocks.0.attn.q.weight"]');
    const saved = async (view: string, label: string) => {
      const download = page.waitForEvent("download");
      await card.locator(`figure[data-view=${view}] .save button`, { hasText: label }).click();
      const file = await download;
      return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
    };
    const svg = await saved("tail", "SVG");
    expect(svg.name).toBe("model-layer-blocks.0.attn.q.weight-tail.svg");
    expect(svg.content.toString().match(/ xmlns="http:\/\/www.w3.org\/2000\/svg"/g)).toHaveLength(1);
    expect(svg.content.includes("var(")).toBe(false);
    const png = (await saved("density", "PNG")).content;
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([960, 460]);
    const rows = (await saved("quantiles", "CSV")).content.toString().trim().split("\n");
    expect(rows[0]).toBe("series,x,x2,y");
    expect(rows.filter((row) => row.startsWith("points,"))).toHaveLength(48);
    for (const view of ["density", "tail", "quantiles"]) {
      const text = (await saved(view, "Vega-Lite")).content.toString();
      await expect(text).toMatchFileSnapshot(`golden/${view}.vega-lite`);
      expect(await renderChart(JSON.parse(text), "a saved one")).not.toMatch(/NaN|undefined/);
    }
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("the rows that a table shows are saved as CSV, inert in a spreadsheet", async () => {
    const result = exampleResult();
    result.checkpoints[0]!.layers[0]!.layer = '=HYPERLINK("x")';
    const { page } = await open(result);
    const download = page.waitForEvent("download");
    await page.getByLabel("Verdict").selectOption("structured");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    const rows = readFileSync(await (await download).path(), "utf8")
      .trim()
      .split("\n");
    expect(rows).toHaveLength(1 + (await page.locator("table.layers tbody tr:visible").count()));
    expect(rows[0]!.startsWith("layer,role,depth,shape,verdict,")).toBe(true);
    expect(rows[1]!.startsWith(`"'=HYPERLINK(""x"")"`)).toBe(true);
  });

  test("a number of a card tells its meaning, formula and source where it stands", async () => {
    const { page } = await open(exampleResult(), { fragment: "#layer-blocks.0.attn.q.weight" });
    const card = page.locator('[id="layer-blocks.0.attn.q.weight"]');
    const number = card.getByRole("button", { name: "stable rank", exact: true });
    const told = card.locator(".told");
    await number.press("Enter");
    expect(await number.getAttribute("aria-expanded")).toBe("true");
    const { meaning, formula, source } = metricCatalogue.find(({ id }) => id === "metrics.stableRank")!;
    for (const text of [meaning, formula, source]) expect(await told.textContent()).toContain(text);
    expect(await violations(page)).toEqual([]);
    await number.press("Enter");
    expect(await told.count()).toBe(0);
  });

  test("the theme switch overrules the system", async () => {
    const { page } = await open(exampleResult(), { colorScheme: "light" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.locator(".theme").click();
    expect(await background()).not.toBe(light);
    await page.locator(".theme").click();
    expect(await background()).toBe(light);
  });

  test("paper shows every card, in light colours", async () => {
    const { page } = await open(exampleResult(), { colorScheme: "dark", javaScriptEnabled: false });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const charts = page.locator(".card svg.chart");
    for (const chart of await charts.all()) expect(await chart.isVisible()).toBe(true);
    expect(await page.locator("nav").isVisible()).toBe(false);
  });

  test("hostile names do nothing", async () => {
    const result = exampleResult();
    const hostile = '</script><script>alert(1)</script><img src=x onerror="alert(2)">';
    for (const layer of result.checkpoints[0]!.layers) layer.layer += hostile;
    for (const finding of result.checkpoints[0]!.findings) finding.layer += hostile;
    result.checkpoints[0]!.id = hostile;
    const { page, requests, errors } = await open(result);
    expect(await page.locator("h1").textContent()).toBe(hostile);
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
    const link = page.locator(".findings a").first();
    await link.click();
    expect(await page.locator(".card:target").count()).toBe(1);
  });
});
