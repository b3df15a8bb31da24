import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult, exampleSeries } from "./example-result.ts";
import { hasChromium, pagesInChromium } from "./open-page.ts";

/** Columns and rows that a page is averaged over: fonts move letters, and not what stands where. */
const grid = { width: 48, height: 96 };
/** Mean difference of a cell, of 255 levels of grey. */
const tolerance = 4;
const folder = fileURLToPath(new URL("./looks/", import.meta.url));

const cases = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).flatMap((scheme) =>
    (["model", "series"] as const).map((name) => ({ width, scheme, name })),
  ),
);

/**
 * Screenshots made here, averaged to 48 by 96 cells, by Chromium of Debian; to draw them anew, delete them and run the
 * test with MARCHENKO_DRAW=1.
 */
describe.skipIf(!hasChromium)("the page looks as it did", () => {
  const { openText } = pagesInChromium();

  test.each(cases)("$name at $width pixels in $scheme", async ({ width, scheme, name }) => {
    const result = name === "model" ? exampleResult() : exampleSeries();
    const { page } = await openText(await renderReport(result), {
      viewport: { width, height: 1200 },
      colorScheme: scheme,
    });
    const { data } = await sharp(await page.screenshot())
      .resize({ ...grid, fit: "fill" })
      .grayscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const file = `${folder}${name}-${width}-${scheme}.png`;
    if (!existsSync(file) && process.env.MARCHENKO_DRAW === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        file,
        await sharp(data, { raw: { ...grid, channels: 1 } })
          .png()
          .toBuffer(),
      );
    }
    const before = await sharp(readFileSync(file)).grayscale().raw().toBuffer();
    expect(before).toHaveLength(data.length);
    const difference = data.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / data.length;
    expect(difference).toBeLessThan(tolerance);
  });
});
