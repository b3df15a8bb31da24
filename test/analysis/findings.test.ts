import { describe, expect, test } from "vitest";
import { findingsOf } from "../../src/analysis/findings.ts";
import { nothingAnalysed } from "../../src/analysis/nothing-analysed.ts";
import type { CheckpointResult, LayerResult } from "../../src/analysis/result.ts";
import { findingSchema } from "../../src/analysis/result.ts";
import { exampleLayer, skippedLayer } from "../report/example-layer.ts";
import { exampleResult } from "../report/example-result.ts";

/** A checkpoint with these rows alone. */
function checkpointOf(...layers: LayerResult[]): CheckpointResult {
  return { ...exampleResult().checkpoints[0]!, layers };
}

const noise = exampleResult().checkpoints[0]!.layers.find((layer) => layer.verdict === "noise-like")!;
const excluded = (name: string) => skippedLayer(name, [4, 4], "excluded", "Left out.");

describe("findings", () => {
  test("have their keys in the order of the schema", () => {
    const rows = [
      skippedLayer("a", [4, 4], "zero", "Every entry is zero."),
      skippedLayer("b", [4, 4], "non-finite", "1 of 16 entries are NaN."),
      { ...noise, verdict: "rank-deficient" as const },
      ...[1, 2, 3].map(() => noise),
    ];
    const findings = findingsOf(rows);
    expect(findings.map(({ id }) => id)).toEqual([
      "non-finite",
      "all-zero",
      "rank-deficient",
      "mostly-noise",
    ]);
    for (const finding of findings) expect(Object.keys(finding)).toEqual(Object.keys(findingSchema.shape));
  });

  test("count one in the singular", () => {
    expect(findingsOf([noise])[0]!.evidence).toBe("the one layer that can be judged is noise-like");
    expect(findingsOf([noise, noise])[0]!.evidence).toBe("2 of 2 layers that can be judged are noise-like");
    const spike = { ...exampleLayer(spiked).marchenkoPastur!.spikes[0]!, singularValue: 0.125 };
    const below = (count: number) =>
      findingsOf([
        {
          ...noise,
          verdict: null,
          marchenkoPastur: { ...noise.marchenkoPastur!, spikesBelow: Array(count).fill(small(spike)) },
        },
      ])[0]!.evidence;
    expect(below(1)).toBe("one singular value lies below the noise bulk, at 0.125");
    expect(below(2)).toBe("2 singular values lie below the noise bulk, the smallest at 0.125");
  });
});

const spiked: Parameters<typeof exampleLayer>[0] = {
  name: "w",
  rows: 64,
  columns: 32,
  role: "mlp-in",
  depth: 0,
  block: "b.0",
  verdict: "noise-with-spikes",
  pValue: 0.4,
  scale: 0.04,
  evidence: "It has one.",
  spikes: [2],
};
const small = <T extends object>(spike: T) => ({ ...spike, pValue: 1e-9, pValueAdjusted: 1e-9 });

describe("an analysis of nothing", () => {
  test("counts one in the singular", () => {
    const bias = skippedLayer("fc.bias", [4], "not-a-matrix", "A vector.");
    expect(nothingAnalysed([checkpointOf(bias)], undefined)).toBe(
      "nothing to analyse: the one tensor was skipped (1 not-a-matrix); a weight matrix is a tensor of floats with two or more axes",
    );
    expect(nothingAnalysed([checkpointOf(bias, bias)], undefined)).toContain(
      "all 2 tensors were skipped (2 not",
    );
  });

  test("is laid to the globs where they left out everything", () => {
    const rows = checkpointOf(excluded("fc1.weight"), excluded("fc2.weight"));
    expect(nothingAnalysed([rows], undefined)).toBe(
      "nothing to analyse: all 2 tensors were skipped (2 excluded); the globs of exclude match every tensor: give narrower ones",
    );
    expect(nothingAnalysed([rows], ["fc*"])).toMatch(/what fc\* includes, the globs of exclude match too/);
    expect(nothingAnalysed([rows], ["fc1.wieght"])).toMatch(
      /no tensor matches fc1\.wieght, the nearest names are fc1\.weight/,
    );
  });
});
