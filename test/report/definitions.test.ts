import { expect, test } from "vitest";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult } from "./example-result.ts";

test("every number of a card has its meaning, formula and source on the page", async () => {
  const result = exampleResult();
  for (const layer of result.checkpoints[0]!.layers) {
    if (layer.status !== "analysed") continue;
    layer.shrinkage = {
      ...{ rank: 1, relativeError: 0.5, relativeErrorStandardError: 0.1, energyKept: 0.3 },
      ...{ hardThreshold: 2, hardThresholdRank: 1, hardThresholdRelativeError: 0.6 },
    };
  }
  const page = await renderReport(result);
  const defined = new Map(
    Array.from(
      page.matchAll(/<th scope="row" data-title="([^"]*)">.*?<\/th>(.*?)<\/tr>/gs),
      ([, title, cells]) => [title!, Array.from(cells!.matchAll(/<td>([^<]*)/g), ([, text]) => text!)],
    ),
  );
  const terms = new Set(
    Array.from(page.matchAll(/<div class="numbers">.*?<\/dl>/gs)).flatMap(([group]) =>
      Array.from(group.matchAll(/<dt>([^<]*)/g), ([, term]) => term!),
    ),
  );
  for (const [group] of page.matchAll(/aria-label="Outliers.*?<\/thead>/gs)) {
    for (const [, head] of group.matchAll(/<th>([^<]*)/g)) terms.add(head!);
  }
  // The example has a number that the catalogue does not know, as a later version's result may.
  terms.delete("participation ratio");
  // A rank in a list, and the number itself, explain themselves; a rejected fit is said to be above.
  for (const plain of ["#", "singular value", "fit"]) terms.delete(plain);
  expect(terms.size).toBeGreaterThan(35);
  for (const term of terms)
    expect(
      defined.get(term)?.every((text) => text !== ""),
      term,
    ).toBe(true);
});
