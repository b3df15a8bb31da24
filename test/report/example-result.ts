import type { AnalysisResult, CheckpointResult, LayerResult } from "../../src/analysis/result.ts";
import { exampleLayer, type LayerPlan, skippedLayer } from "./example-layer.ts";

/** A small trained transformer: one layer of every sort that a page has to show. */
const plans: readonly LayerPlan[] = [
  plan("wte.weight", 384, 96, "token-embedding", null, "structured", 0.005, {
    kind: "embedding",
    spread: 0.8,
    spikes: [2.2],
  }),
  plan("blocks.0.attn.q.weight", 128, 128, "query", 0, "noise-with-spikes", 0.41, { spikes: [2.4, 1.5] }),
  plan("blocks.0.attn.k.weight", 128, 128, "key", 0, "noise-like", 0.77, {}),
  plan("blocks.0.mlp.fc_in.weight", 384, 128, "mlp-in", 0, "noise-with-spikes", 0.29, {
    spikes: [1.9, 1.4, 1.1],
  }),
  plan("blocks.0.mlp.fc_out.weight", 128, 384, "mlp-out", 0, "noise-with-spikes", 0.18, {
    spikes: [6.5, 1.6],
  }),
  plan("blocks.1.attn.q.weight", 128, 128, "query", 1, "noise-like", 0.52, {}),
  plan("blocks.1.attn.k.weight", 128, 128, "key", 1, "noise-with-spikes", 0.33, { spikes: [1.7] }),
  plan("blocks.1.mlp.fc_in.weight", 384, 128, "mlp-in", 1, "noise-like", 0.64, {}),
  plan("blocks.1.mlp.fc_out.weight", 128, 384, "mlp-out", 1, "rank-deficient", 0.005, { dead: 17 }),
  plan("blocks.2.attn.q.weight", 128, 128, "query", 2, "structured", 0.005, { spread: 0.7, spikes: [3] }),
  plan("blocks.2.mlp.fc_in.weight", 384, 128, "mlp-in", 2, "heavy-tailed", 0.005, {
    spread: 1.1,
    spikes: [4, 2.6, 1.9, 1.5],
  }),
  plan("lm_head.weight", 384, 96, "head", null, "undetermined", null, { spikes: [1.2] }),
];

const skipped: readonly LayerResult[] = [
  skippedLayer("blocks.0.ln.weight", [128], "not-a-matrix", "A vector of 128 entries."),
  skippedLayer("blocks.1.ln.weight", [128], "not-a-matrix", "A vector of 128 entries."),
  skippedLayer("router.weight", [128, 4], "too-small", "The smaller side is 4; 16 is the least."),
  skippedLayer("position_ids", [1, 512], "integer", "Integers are no weights."),
];

let cached: AnalysisResult | undefined;
let cachedSeries: AnalysisResult | undefined;

/** One checkpoint of 12 analysed and 4 skipped tensors. A new copy at each call. */
export function exampleResult(): AnalysisResult {
  cached ??= resultOf([
    checkpointOf("model", null, [...plans.map((each) => exampleLayer(each)), ...skipped]),
  ]);
  return structuredClone(cached);
}

/** Five checkpoints of one run, in which spikes grow out of noise, with trajectories. */
export function exampleSeries(): AnalysisResult {
  cachedSeries ??= makeSeries();
  return structuredClone(cachedSeries);
}

function makeSeries(): AnalysisResult {
  const steps = [0, 100, 300, 1000, 3000];
  const shown = plans.slice(1, 7);
  const checkpoints = steps.map((step, i) => {
    const layers = shown.map((each) => {
      const spikes = (each.spikes ?? []).map((spike) => spike * (i / 4) ** 0.7).filter((spike) => spike > 1);
      const verdict = spikes.length > 0 ? ("noise-with-spikes" as const) : ("noise-like" as const);
      return exampleLayer({ ...each, spikes, verdict, evidence: evidenceOf(verdict, spikes.length) });
    });
    return { ...checkpointOf(`step-${String(step).padStart(6, "0")}`, step, layers), findings: [] };
  });
  const trajectories = shown.map((each, index) => {
    const layers = checkpoints.map((checkpoint) => checkpoint.layers[index]!);
    return {
      layer: each.name,
      steps,
      values: {
        "concentration.ratio": layers.map((layer) => layer.concentration!.ratio),
        "metrics.stableRank": layers.map((layer) => layer.metrics!.stableRank!),
        "metrics.spikeCount": layers.map((layer) => layer.metrics!.spikeCount!),
      },
    };
  });
  return { ...resultOf(checkpoints), trajectories };
}

/** Two models of the same layers, which are no series. */
export function twoModels(): AnalysisResult {
  const result = exampleResult();
  return { ...result, checkpoints: [...result.checkpoints, { ...result.checkpoints[0]!, id: "tuned/b c" }] };
}

/** The example's series, and the example beside it. */
export function seriesAndModel(): AnalysisResult {
  const { checkpoints, trajectories = [], ...rest } = exampleSeries();
  const series = "run-a";
  return {
    ...rest,
    checkpoints: [...checkpoints.map((each) => ({ ...each, series })), ...exampleResult().checkpoints],
    trajectories: trajectories.map((each) => ({ series, ...each })),
  };
}

/** Two series of the same layers, the second backwards, and nothing else. */
export function twoSeries(): AnalysisResult {
  const { checkpoints, trajectories = [], ...rest } = exampleSeries();
  const all = ["run-a", "run-b"];
  return {
    ...rest,
    checkpoints: all.flatMap((series, i) => {
      const own = i === 0 ? checkpoints : [...checkpoints].reverse();
      return own.map((each) => ({ ...each, id: `${series}/${each.id}`, series }));
    }),
    trajectories: all.flatMap((series, i) =>
      trajectories.map((each) => ({
        ...each,
        series,
        values: Object.fromEntries(
          Object.entries(each.values).map(([id, values]) => [id, i === 0 ? values : [...values].reverse()]),
        ),
      })),
    ),
  };
}

/** One checkpoint with `count` analysed layers, for budgets of size and time. */
export function manyLayers(count: number): AnalysisResult {
  const result = exampleResult();
  const source = result.checkpoints[0]!.layers.filter((layer) => layer.status === "analysed");
  const layers = Array.from({ length: count }, (_, i) => {
    const name = `model.layers.${i}.${source[i % source.length]!.layer}`;
    return { ...source[i % source.length]!, layer: name, tensor: name, depth: Math.floor(i / 4) };
  });
  return resultOf([checkpointOf("large", null, layers)]);
}

function plan(
  name: string,
  rows: number,
  columns: number,
  role: string,
  depth: number | null,
  verdict: LayerPlan["verdict"],
  pValue: number | null,
  more: Partial<LayerPlan>,
): LayerPlan {
  const block = depth === null ? null : `blocks.${depth}`;
  const evidence = evidenceOf(verdict, more.spikes?.length ?? 0);
  return { name, rows, columns, role, depth, block, verdict, pValue, scale: 0.04, evidence, ...more };
}

function evidenceOf(verdict: LayerPlan["verdict"], spikes: number): string {
  const sentences: Record<LayerPlan["verdict"], string> = {
    "noise-like": "The bulk fits and nothing lies outside it.",
    "noise-with-spikes": `The bulk fits; ${spikes} planted directions stand out of it.`,
    structured: "The bulk does not fit any noise level (KS 0.171).",
    "heavy-tailed": "The bulk does not fit; the tail decays as a power.",
    "rank-deficient": "17 singular values are zero; noise of this shape has none.",
    undetermined: "The p-value of the fit was not computed.",
  };
  return sentences[verdict];
}

function checkpointOf(id: string, step: number | null, layers: readonly LayerResult[]): CheckpointResult {
  const analysed = layers.filter((layer) => layer.status === "analysed");
  const entries = (each: LayerResult) => each.shape.reduce((product, extent) => product * extent, 1);
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
  return {
    id,
    step,
    epoch: null,
    path: `runs/example/${id}`,
    format: "safetensors",
    leftOut: [{ path: "optimizer.pt", reason: "optimizer-state", detail: "Holds no weights." }],
    totals: {
      tensors: layers.length,
      parameters: layers.reduce((sum, layer) => sum + entries(layer), 0),
      parametersAnalysed: analysed.reduce((sum, layer) => sum + entries(layer), 0),
      layersAnalysed: analysed.length,
      layersSkipped: layers.length - analysed.length,
    },
    summary: {
      "concentration.ratio": {
        mean: 9.1,
        median: median(analysed.map((layer) => layer.concentration!.ratio!)),
        count: analysed.length,
      },
      "metrics.stableRank": {
        mean: 21,
        median: median(analysed.map((layer) => layer.metrics!.stableRank!)),
        count: analysed.length,
      },
    },
    layers: [...layers],
    findings: [
      {
        id: "fit-untested",
        severity: "info",
        layer: "lm_head.weight",
        evidence: "No simulated spectra were drawn for this shape.",
        advice: "Run without --quick.",
      },
      {
        id: "dead-directions",
        severity: "error",
        layer: "blocks.1.mlp.fc_out.weight",
        evidence: "17 of 128 singular values are zero.",
        advice: "Look for dead units in the block.",
      },
      {
        id: "dominant-direction",
        severity: "warning",
        layer: "blocks.0.mlp.fc_out.weight",
        evidence: "The largest singular value is 2.8 times the bulk's edge.",
        advice: "Check the layer's gradient norm and learning rate.",
      },
    ],
  };
}

function resultOf(checkpoints: CheckpointResult[]): AnalysisResult {
  return {
    type: "analysis",
    schemaVersion: 1,
    provenance: {
      tool: "marchenko",
      version: "0.1.0",
      schema: "https://example.invalid/analysis.json",
      configuration: { method: "auto", include: [], exclude: [] },
      seed: 1,
      engine: "cpu",
      files: checkpoints.map((each) => ({ path: `${each.path}/model.safetensors`, sizeBytes: 1_843_200 })),
      run: { host: "secret-host", startedAt: "2026-01-01T00:00:00Z" },
    },
    warnings: ["participationRatio could not be computed for 12 layers: it needs vectors (--vectors)."],
    checkpoints,
  };
}
