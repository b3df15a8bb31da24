import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../src/analysis/result.ts";
import { columnOf, coreColumns } from "../../src/report/columns.ts";
import { planPage } from "../../src/report/page/checkpoint-view.ts";
import { breakable } from "../../src/report/page/html.ts";
import { pageTitle } from "../../src/report/page/page-header.ts";
import { exampleSeries } from "./example-result.ts";

/** The title of the example's series when its checkpoints lie at these paths. */
function titleAt(pathOf: (id: string) => string, change?: (result: AnalysisResult) => void): string {
  const result = exampleSeries();
  for (const checkpoint of result.checkpoints) checkpoint.path = pathOf(checkpoint.id);
  change?.(result);
  return pageTitle(result, planPage(result));
}

describe("the title of a series' page", () => {
  test.each([
    ["data/example-series/", "example-series, steps 0 to 3000"],
    ["./example-series/", "example-series, steps 0 to 3000"],
    ["/runs/vit/checkpoints/", "vit, steps 0 to 3000"],
    ["C:\\runs\\vit\\", "vit, steps 0 to 3000"],
    ["", "step-000000 … step-003000"],
    ["../", "step-000000 … step-003000"],
  ])("of checkpoints in %j", (folder, title) => {
    expect(titleAt((id) => folder + id)).toBe(title);
  });

  test("of checkpoints in several folders names the first and the last", () => {
    expect(titleAt((id) => `runs/${id}/model.safetensors`)).toBe("step-000000 … step-003000");
  });

  test("without steps counts epochs, without either the checkpoints", () => {
    const without = (epoch: boolean) => (result: AnalysisResult) => {
      for (const [i, checkpoint] of result.checkpoints.entries()) {
        Object.assign(checkpoint, { step: null, epoch: epoch ? i + 1 : null });
      }
    };
    expect(titleAt((id) => `run/${id}`, without(true))).toBe("run, epochs 1 to 5");
    expect(titleAt((id) => `run/${id}`, without(false))).toBe("run, 5 checkpoints");
  });
});

test("a sentence breaks within its names and not within its numbers", () => {
  expect(breakable("from 0.084 (h.0.attn/q) to 1.5.").text).toBe(
    "from 0.084 (h.<wbr>0.<wbr>attn/<wbr>q) to 1.5.<wbr>",
  );
});

test("the title of a column keeps the capitals of names and abbreviations", () => {
  expect(columnOf("metrics.frobeniusNorm").title).toBe("Frobenius norm");
  expect(columnOf("marchenkoPastur.ksDistance").title).toBe("KS distance");
  expect(coreColumns().map(({ title }) => title)).toContain("stable rank");
});
