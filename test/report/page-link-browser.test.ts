import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult, twoModels } from "./example-result.ts";
import { hasChromium, pagesInChromium } from "./open-page.ts";

describe.skipIf(!hasChromium)("what is shown is kept in the link", () => {
  const { openText, violations } = pagesInChromium();
  const open = async (fragment = "") => openText(await renderReport(exampleResult()), { fragment });
  const rows = (page: Page) =>
    page.locator("table.layers").first().locator("tbody tr:visible th").allTextContents();
  const hash = (page: Page) => page.evaluate(() => decodeURIComponent(location.hash));

  test("a shared link opens the same rows in the same order, and the same card", async () => {
    const { page, errors } = await open();
    await page.locator("table.layers th", { hasText: "stable rank" }).locator("button").dblclick();
    await page.getByLabel("Verdict").selectOption("noise-with-spikes");
    await page.getByLabel("Kind").selectOption("dense");
    await page.getByLabel("Name or role").fill("mlp");
    await page.locator("table.layers a", { hasText: "blocks.0.mlp.fc_in.weight" }).click();
    expect(await hash(page)).toBe(
      "#layer-blocks.0.mlp.fc_in.weight&sort=-metrics.stableRank&text=mlp&verdict=noise-with-spikes&kind=dense",
    );
    const before = await rows(page);
    expect(before.length).toBeGreaterThan(1);
    const other = await open(await page.evaluate(() => location.hash));
    expect(await rows(other.page)).toEqual(before);
    const card = other.page.locator(".card.target");
    expect(await card.getAttribute("id")).toBe("layer-blocks.0.mlp.fc_in.weight");
    expect(await card.evaluate((each) => (each as HTMLDetailsElement).open)).toBe(true);
    expect([...errors, ...other.errors]).toEqual([]);
  });

  test("back takes one choice back, and a word that was typed is one", async () => {
    const { page } = await open();
    const all = await rows(page);
    await page.getByLabel("Verdict").selectOption("noise-like");
    const chosen = await rows(page);
    await page.getByLabel("Name or role").pressSequentially("attn");
    expect((await rows(page)).length).toBeLessThan(chosen.length);
    await page.goBack();
    expect(await rows(page)).toEqual(chosen);
    expect(await page.getByLabel("Name or role").inputValue()).toBe("");
    await page.goBack();
    expect(await rows(page)).toEqual(all);
    await page.goForward();
    expect(await rows(page)).toEqual(chosen);
  });

  test("a link that means nothing here shows all", async () => {
    const { page, errors } = await open(
      "#layer-of-another-model&sort=metrics.none&verdict=fine&kind=%&from=x",
    );
    expect(await rows(page)).toHaveLength(16);
    expect(await page.getByLabel("Verdict").inputValue()).toBe("");
    expect(errors).toEqual([]);
  });

  test("a stretch of depth that is drawn picks the rows of its blocks, as its fields do", async () => {
    const { page, errors } = await open();
    const figure = page.locator("figure[data-frame]").first();
    const chart = figure.locator("svg");
    await chart.scrollIntoViewIfNeeded();
    const at = await chart.evaluate((svg: SVGSVGElement) => {
      const [left = 0, right = 0, , , low = 0, high = 0] = (svg.parentElement as HTMLElement).dataset
        .frame!.split(" ")
        .map(Number);
      const box = svg.getBoundingClientRect();
      const x = (place: number) =>
        box.left +
        ((left + ((place - low) / (high - low)) * (right - left)) * box.width) / svg.viewBox.baseVal.width;
      return { from: x(1), to: x(2), y: box.top + box.height / 2 };
    });
    await page.mouse.move(at.to, at.y);
    await page.mouse.down();
    await page.mouse.move(at.from, at.y, { steps: 4 });
    await page.mouse.up();
    expect(await rows(page)).toEqual(
      exampleResult()
        .checkpoints[0]!.layers.filter(({ depth }) => depth === 1 || depth === 2)
        .map(({ layer }) => layer),
    );
    expect(await hash(page)).toBe("#&from=1&to=2");
    expect(await page.locator(".brushed").textContent()).toContain("Blocks 1 to 2: 6 rows");
    expect(await page.locator("rect.brush").count()).toBe(await page.locator("figure[data-frame]").count());
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Blocks to").fill("1");
    expect(await rows(page)).toHaveLength(4);
    await page.getByRole("button", { name: "Show all" }).click();
    expect(await rows(page)).toHaveLength(16);
    expect(await page.locator("rect.brush").count()).toBe(0);
    await page.goBack();
    expect(await rows(page)).toHaveLength(4);
    expect(errors).toEqual([]);
  });

  test("models that share a page have choices of their own", async () => {
    const { page } = await openText(await renderReport(twoModels()));
    const shown = (nth: number) => page.locator("table.layers").nth(nth).locator("tbody tr:visible").count();
    await page.getByLabel("Verdict").first().selectOption("noise-like");
    expect([await shown(0), await shown(1)]).toEqual([3, 16]);
    await page.getByLabel("Verdict").last().selectOption("heavy-tailed");
    expect([await shown(0), await shown(1)]).toEqual([3, 1]);
    await page.reload();
    expect([await shown(0), await shown(1)]).toEqual([3, 1]);
  });

  test("a link leads to one view of a card", async () => {
    const { page } = await open("#layer-blocks.1.attn.q.weight&view=quantiles");
    const figure = page.locator('[id="layer-blocks.1.attn.q.weight"] figure[data-view=quantiles]');
    await expect
      .poll(() => figure.evaluate((each) => Math.abs(each.getBoundingClientRect().top)))
      .toBeLessThan(40);
    expect(await figure.getByRole("button", { name: "Link: copy" }).isVisible()).toBe(true);
  });
});
