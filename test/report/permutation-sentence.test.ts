import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { permutationSentence } from "../../src/report/page/permutation-sentence.ts";
import { exampleResult } from "./example-result.ts";

const found = {
  draws: 19,
  largest: 12.34,
  largestStandardDeviation: 0.2,
  largestPValue: 1 / 20,
  spikeCount: 1,
  explainedSpikeCount: 2,
  fitted: 19,
  ksDistance: 0.02,
  ksPValue: 0.4,
  entrySpikes: 3.2,
};
const textOf = (change: Partial<typeof found> | { ksPValue: null; entrySpikes: null }) =>
  permutationSentence({ ...found, ...change }).text;

describe("the sentence on shuffled entries", () => {
  test("says which is unusual, the smallest p-value as a bound", () => {
    const text = textOf({});
    expect(text).toContain("1 singular value of this layer is larger than all of theirs");
    expect(text).toContain("the largest is unusually large, p ≤ 0.05");
    expect(text).toContain(
      "The layer is no farther from a Marchenko-Pastur law than its shuffles are (p = 0.4)",
    );
    expect(text).toContain("2 outliers of the layer are no larger");
  });

  test("says that the layer is not unusual, counts one in the singular", () => {
    const text = textOf({ spikeCount: 0, largestPValue: 0.5, explainedSpikeCount: 1, ksPValue: 0.05 });
    expect(text).toContain("no singular value of this layer is larger than all of theirs");
    expect(text).toContain("the largest is not unusual, p = 0.5");
    expect(text).toContain(
      "The layer is farther from a Marchenko-Pastur law than its shuffles are (p ≤ 0.05)",
    );
    expect(text).toContain("one outlier of the layer is no larger");
    expect(textOf({ spikeCount: 3 })).toContain("3 singular values of this layer are larger");
  });

  test("leaves out what has no fit", () => {
    expect(textOf({ ksPValue: null, entrySpikes: null })).not.toMatch(/null|NaN|Marchenko|outlier/);
  });
});

test("in Markdown a full stop parts evidence and advice, and is not doubled", () => {
  const result = exampleResult();
  const [finding] = result.checkpoints[0]!.findings;
  for (const evidence of ["it has at most 0", "It has at most 0."]) {
    result.checkpoints[0]!.findings = [{ ...finding!, evidence, advice: "Directions have collapsed." }];
    expect(renderMarkdown(result)).toContain("has at most 0. Directions have collapsed.");
  }
});
