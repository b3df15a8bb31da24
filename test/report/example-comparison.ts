import { comparedLayer } from "../../src/comparison/compared-layer.ts";
import { type ComparisonResult, changeSchema } from "../../src/comparison/result.ts";
import { summarizeDifferences } from "../../src/comparison/summarize-differences.ts";
import { exampleLayer } from "./example-layer.ts";

const plan = (name: string, depth: number, strength: number) => ({
  name,
  role: depth === 2 ? "head" : "mlp-in",
  block: `encoder.layer.${depth}`,
  depth,
  rows: 96,
  columns: 48,
  scale: 0.1,
  spikes: [strength],
  verdict: "noise-with-spikes" as const,
  evidence: "outliers of the bulk: 1 above",
  pValue: 0.4,
});

/**
 * Three layers: two that moved, one that is as it was.
 *
 * @param from - "result" for two saved analyses, without what needs weights.
 */
export function exampleComparison(from: "checkpoint" | "result" = "checkpoint"): ComparisonResult {
  const withWeights = from === "checkpoint";
  const layers = [0, 1, 2].map((depth) => {
    const name = `encoder.layer.${depth}.fc1.weight`;
    const a = exampleLayer(plan(name, depth, 3));
    const b = depth === 1 ? a : exampleLayer(plan(name, depth, 4), `${name} after`);
    const change = exampleLayer(plan(name, depth, 2), `${name} change`);
    const zero = { ...change, status: "skipped" as const, reason: "zero", metrics: null };
    const compared = comparedLayer(a, b, depth, withWeights ? (depth === 1 ? zero : change) : null, null);
    const side = { overlap: 0.6, random: 0.08, randomStandardDeviation: 0.02 };
    const overlaps = [1, 2, 4, 8].map((dimension) => ({
      dimension,
      left: side,
      right: side,
      gapA: 0.1,
      gapB: null,
    }));
    const parsed = compared.change && changeSchema.parse(compared.change);
    return { ...compared, change: parsed, overlaps: withWeights ? overlaps : null };
  });
  layers.sort((x, y) => Number(y.state === "moved") - Number(x.state === "moved"));
  const inState = (state: string) => layers.filter((layer) => layer.state === state).length;
  const side = (id: string) => ({
    id,
    step: id === "tuned" ? 100 : null,
    epoch: null,
    path: `runs/${id}/model.safetensors`,
    format: "safetensors",
    from,
    layersAnalysed: 3,
  });
  const lonely = {
    layer: "classifier.weight",
    kind: "dense",
    role: "head",
    block: null,
    depth: null,
    shape: [10, 48],
    status: "analysed" as const,
    reason: null,
  };
  return {
    type: "comparison",
    schemaVersion: 1,
    provenance: {
      tool: "marchenko",
      version: "0.1.0",
      schema: "marchenko/schema/comparison.json",
      configuration: { overlap: true },
      seed: 0,
      engine: "typed-array",
      files: [{ path: "runs/base/model.safetensors", sizeBytes: 55296 }],
      run: {},
    },
    warnings: ["tuned: a warning"],
    a: side("base"),
    b: side("tuned"),
    totals: {
      compared: 3,
      moved: inState("moved"),
      none: inState("none"),
      identical: inState("identical"),
      verdictChanged: 0,
      onlyInA: 1,
      onlyInB: 1,
      notCompared: 2,
    },
    summary: summarizeDifferences(layers),
    layers,
    onlyInA: [lonely],
    onlyInB: [{ ...lonely, layer: "head.bias", status: "skipped", reason: "not-a-matrix" }],
    notCompared: [
      { layer: "pos", shapeA: [4, 8], shapeB: [8, 8], reason: "shape", detail: "[4, 8] in A, [8, 8] in B" },
      { layer: "ln.bias", shapeA: [8], shapeB: [8], reason: "skipped", detail: "not-a-matrix in both" },
    ],
  };
}
