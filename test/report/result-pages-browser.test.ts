import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { comparisonPage } from "../../src/report/comparison/comparison-page.ts";
import { experimentPage } from "../../src/report/experiment/experiment-page.ts";
import { measurementPage } from "../../src/report/measurement/measurement-page.ts";
import { noisePage } from "../../src/report/noise/noise-page.ts";
import { exampleComparison } from "./example-comparison.ts";
import { exampleExperiment } from "./example-experiment.ts";
import { exampleMeasurement } from "./example-measurement.ts";
import { exampleNoise } from "./example-noise.ts";
import { hasChromium, overflow, pagesInChromium } from "./open-page.ts";

const pages = [
  ["a comparison", () => comparisonPage(exampleComparison())],
  ["a measurement", () => measurementPage(exampleMeasurement([0, 10, 100]))],
  ["gradient noise", () => noisePage(exampleNoise([0, 10, 100]))],
  ["an experiment", () => experimentPage(exampleExperiment())],
] as const;

const unfold = (page: Page) =>
  page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });

describe.skipIf(!hasChromium)("pages of results in Chromium", () => {
  const { openText, violations } = pagesInChromium();

  test("a layer's long name breaks in the sentence at the top", async () => {
    const text = await comparisonPage(exampleComparison());
    const long = text.replace('<p class="lead">', `<p class="lead">${"patch_embeddings.".repeat(4)} `);
    const { page } = await openText(long, { viewport: { width: 390, height: 844 } });
    expect(long).not.toBe(text);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  describe.each(pages)("the page of %s", (_, render) => {
    test("opens without a request, an error or a word on the console", async () => {
      const { requests, errors } = await openText(await render());
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    });

    test.each(["light", "dark"] as const)("axe finds nothing to complain of in %s", async (colorScheme) => {
      const { page } = await openText(await render(), {
        colorScheme,
        viewport: { width: 1280, height: 900 },
      });
      await unfold(page);
      expect(await violations(page)).toEqual([]);
    });

    test("a phone scrolls the tables and not the page, with scripts off", async () => {
      const { page } = await openText(await render(), {
        viewport: { width: 390, height: 844 },
        javaScriptEnabled: false,
      });
      for (const summary of await page.locator("details:not([open]) > summary").all()) {
        if (await summary.isVisible()) await summary.click();
      }
      expect(await page.locator("svg.chart").first().isVisible()).toBe(true);
      const width = await page.locator("main").evaluate((main) => main.scrollWidth);
      expect(width).toBeLessThanOrEqual(390);
    });

    test("no chart has words over each other or outside of it", async () => {
      const { page } = await openText(await render(), { viewport: { width: 1280, height: 900 } });
      await unfold(page);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      const faults = await page.evaluate(() =>
        [...document.querySelectorAll("svg.chart")].flatMap((chart) => {
          const frame = chart.getBoundingClientRect();
          const words = [...chart.querySelectorAll("text")].filter((text) => text.textContent?.trim() !== "");
          const boxes = words.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
          const outside = boxes.filter(({ box }) => box.right > frame.right + 2 || box.left < frame.left - 2);
          const over = boxes.filter(({ box }, i) =>
            boxes.some(
              (other, j) =>
                j > i &&
                box.left < other.box.right - 1 &&
                other.box.left < box.right - 1 &&
                box.top < other.box.bottom - 4 &&
                other.box.top < box.bottom - 4,
            ),
          );
          return [...outside, ...over].map(({ text }) => text);
        }),
      );
      expect(faults).toEqual([]);
    });
  });
});
