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
const tolerance = 2;
const folder = fileURLToPath(new URL("./looks/", import.meta.url));

const cardId = "layer-blocks.0.mlp.fc_in.weight";
const parts = [
  { name: "model", result: exampleResult, selector: "body", fragment: "" },
  { name: "card", result: exampleResult, selector: `[id="${cardId}"]`, fragment: `#${cardId}` },
  {
    name: "series",
    result: exampleSeries,
    selector: "[aria-labelledby=trajectories]",
    fragment: "#trajectories",
  },
];
const cases = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).flatMap((colorScheme) =>
    parts.map((part) => ({ ...part, width, colorScheme })),
  ),
);

/**
 * Screenshots made here, averaged to 48 by 96 cells, by Chromium of Debian; to draw them anew, delete them and run the
 * test with MARCHENKO_DRAW=1.
 */
describe.skipIf(!hasChromium)("the page looks as it did", () => {
  const { openText } = pagesInChromium();

  test.each(cases)("$name at $width pixels in $colorScheme", async (each) => {
    const { name, width, colorScheme, selector, fragment } = each;
    const { page } = await openText(await renderReport(each.result()), {
      viewport: { width, height: 1200 },
      colorScheme,
      fragment,
    });
    const part = page.locator(selector).first();
    const shown = selector === "body" ? page.screenshot() : part.screenshot();
    const { data } = await sharp(await shown)
      .resize({ ...grid, fit: "fill" })
      .grayscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const file = `${folder}${name}-${width}-${colorScheme}.png`;
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
