import type { LayerResult, Spike, Verdict } from "../../src/analysis/result.ts";
import { type Planted, plantedSingularValues } from "./example-spectrum.ts";

export interface LayerPlan extends Planted {
  readonly name: string;
  readonly kind?: string;
  readonly role: string | null;
  readonly block?: string | null;
  readonly depth: number | null;
  readonly verdict: Verdict;
  readonly evidence: string;
  readonly pValue: number | null;
}

/** A layer as an analysis would give it, with the numbers of a real draw and planted p-values. */
export function exampleLayer(plan: LayerPlan, drawName: string = plan.name): LayerResult {
  const values = plantedSingularValues(drawName, plan);
  const larger = Math.max(plan.rows, plan.columns);
  const q = values.length / larger;
  const eigenvalues = values.map((value) => value ** 2 / larger);
  const plantedCount = plan.spikes?.length ?? 0;
  const nonzero = values.filter((value) => value > 0);
  const bulk = eigenvalues.slice(plantedCount, nonzero.length);
  const scale = Math.sqrt(bulk.reduce((sum, value) => sum + value, 0) / Math.max(1, bulk.length));
  const lambdaPlus = scale ** 2 * (1 + Math.sqrt(q)) ** 2;
  const spikes = values
    .slice(0, plan.verdict === "noise-like" ? 0 : 12)
    .filter((value) => value ** 2 / larger > 1.02 * lambdaPlus)
    .map((value, index) => exampleSpike(value, index, scale * Math.sqrt(larger), q));
  const ratio = nonzero[0]! / nonzero.at(-1)!;
  const noiseRatio = (1 + Math.sqrt(q)) / (1 - Math.sqrt(q));
  const energy = eigenvalues.reduce((sum, value) => sum + value, 0);
  const shares = eigenvalues.map((value) => value / energy).filter((share) => share > 0);
  const entropy = -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
  return {
    tensor: plan.name,
    layer: plan.name,
    kind: plan.kind ?? "dense",
    role: plan.role,
    block: plan.block ?? null,
    depth: plan.depth,
    shape: [plan.rows, plan.columns],
    dtype: "F32",
    orientation: "out-in",
    status: "analysed",
    reason: null,
    detail: null,
    spectrum: {
      rows: plan.rows,
      columns: plan.columns,
      method: "gram",
      exact: true,
      count: values.length,
      relativeErrorBound: 1.8e-15 * ratio ** 2,
      histogram: histogramOf(eigenvalues, 64),
      quantiles: Array.from({ length: 257 }, (_, i) => quantileOf(eigenvalues, i / 256)),
      top: values.slice(0, 64),
    },
    marchenkoPastur: {
      scale,
      scaleStandardError: scale / Math.sqrt(2 * plan.rows * plan.columns),
      aspectRatio: q,
      lambdaMinus: scale ** 2 * (1 - Math.sqrt(q)) ** 2,
      lambdaPlus,
      ksDistance: plan.pValue !== null && plan.pValue <= 0.01 ? 0.171 : 0.0113,
      pValue: plan.pValue,
      softRank: Math.min(1, lambdaPlus / eigenvalues[0]!),
      spikes,
      spikesBelow: [],
    },
    powerLaw: {
      alpha: null,
      alphaInterval: null,
      xmin: null,
      tailCount: null,
      ksDistance: null,
      pValue: null,
      pValueStandardError: null,
      alternatives: null,
      reliable: false,
      reason: "a tail needs 50 eigenvalues that are not zero",
    },
    concentration: {
      maxSingularValue: values[0]!,
      minNonzeroSingularValue: nonzero.at(-1)!,
      ratio,
      eigenvalueRatio: ratio ** 2,
      majorityRatio: Math.sqrt(ratio) * 1.7,
      majorityRatioBinned: Math.sqrt(ratio) * 1.75,
      nearZeroRate: 1 - nonzero.length / larger,
      rank: nonzero.length,
      rankTolerance: 3.1e-6,
      // A square matrix has no lower edge: its ratio is of the order of its side, with a long tail.
      ratioNull:
        q === 1
          ? { low: 0.65 * larger, median: 2.4 * larger, high: 39 * larger }
          : { low: noiseRatio * 0.92, median: noiseRatio, high: noiseRatio * 1.12 },
    },
    metrics: {
      frobeniusNorm: Math.sqrt(energy * larger),
      spectralNorm: values[0]!,
      stableRank: energy / eigenvalues[0]!,
      effectiveRank: Math.exp(entropy),
      entropy: entropy / Math.log(values.length),
      spikeCount: spikes.length,
      participationRatio: null,
    },
    verdict: plan.verdict,
    verdictEvidence: plan.evidence,
  };
}

/** A row with a reason in place of a spectrum. */
export function skippedLayer(name: string, shape: number[], reason: string, detail: string): LayerResult {
  return {
    tensor: name,
    layer: name,
    kind: shape.length === 1 ? "norm" : "other",
    role: null,
    block: null,
    depth: null,
    shape,
    dtype: reason === "integer" ? "I64" : "F32",
    orientation: "out-in",
    status: "skipped",
    reason,
    detail,
    spectrum: null,
    marchenkoPastur: null,
    powerLaw: null,
    concentration: null,
    metrics: null,
    verdict: null,
    verdictEvidence: null,
  };
}

function exampleSpike(singularValue: number, index: number, unit: number, q: number): Spike {
  const y = (singularValue / unit) ** 2;
  const b = y - 1 - q;
  const theta = (b + Math.sqrt(Math.max(0, b * b - 4 * q))) / 2;
  const pValue = Math.min(0.04, 10 ** -(8 * (y / (1 + Math.sqrt(q)) ** 2 - 1) + 2)) * (index + 1);
  return {
    singularValue,
    pValue,
    pValueAdjusted: Math.min(1, pValue * 11),
    strength: Math.sqrt(theta) * unit,
    overlapLeft: Math.max(0, 1 - (q * (1 + theta)) / (theta * (theta + q))),
    overlapRight: Math.max(0, 1 - (q + theta) / (theta * (theta + 1))),
  };
}

function quantileOf(descending: readonly number[], p: number): number {
  const place = (descending.length - 1) * (1 - p);
  const index = Math.min(descending.length - 2, Math.floor(place));
  return descending[index]! + (place - index) * (descending[index + 1]! - descending[index]!);
}

function histogramOf(values: readonly number[], bins: number): { edges: number[]; counts: number[] } {
  const high = values[0]!;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value / high) * bins))]!++;
  return { edges: Array.from({ length: bins + 1 }, (_, i) => (high * i) / bins), counts };
}
