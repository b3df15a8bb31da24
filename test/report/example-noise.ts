import { version } from "../../src/analysis/version.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { noiseQuantities } from "../../src/noise/quantities.ts";
import type { NoiseLayerResult, NoiseMatrixResult, NoiseResult } from "../../src/noise/result.ts";
import { exampleLayer } from "./example-layer.ts";

type Anisotropy = NonNullable<NoiseLayerResult["anisotropy"]["inputs"]>;
type Estimates = NonNullable<NoiseLayerResult["tail"]>["raw"];

/** Noise of a made run: spectra of real draws, all else numbers that differ. */
export function exampleNoise(steps: readonly number[] = [3450]): NoiseResult {
  const checkpoints = steps.map((step) => {
    const id = `step-${String(step).padStart(6, "0")}`;
    const layers = ["key", "value"].map((name, i) => exampleNoiseLayer(`blocks.0.mlp.${name}.weight`, i));
    return {
      id,
      step,
      epoch: null,
      path: `runs/a/checkpoints/${id}`,
      part: "train" as const,
      batchSize: 64,
      batches: 12,
      heldOutBatches: 11,
      layers,
    };
  });
  return {
    type: "noise",
    schemaVersion: 1,
    provenance: {
      tool: "marchenko",
      version,
      schema: "marchenko/schema/noise.json",
      configuration: { batches: 64 },
      seed: 0,
      engine: "reference",
      files: [],
      run: { host: "secret-host" },
    },
    warnings: [],
    checkpoints,
    ...(steps.length > 1 && {
      trajectories: checkpoints[0]!.layers.map((layer) => ({
        layer: layer.layer,
        steps: [...steps],
        values: Object.fromEntries(
          noiseQuantities.map(({ id, value }) => [id, steps.map(() => value(layer))]),
        ),
      })),
    }),
  };
}

function exampleNoiseLayer(name: string, place: number): NoiseLayerResult {
  const [rows, columns] = place === 0 ? [48, 24] : [24, 48];
  return {
    tensor: name,
    layer: name,
    kind: "dense",
    role: place === 0 ? "mlp-in" : "mlp-out",
    block: "blocks.0",
    depth: 0,
    shape: [rows, columns],
    orientation: "out-in",
    gradientNorm: 6e-4,
    noiseNorm: 2e-3,
    noiseNormStandardError: 1e-4,
    noiseToSignal: 3.3,
    anisotropy: {
      inputs: anisotropy(24, 0.25),
      outputGradients: anisotropy(48, 0.2),
      activationGradients: place === 0 ? anisotropy(48, 0.06) : null,
    },
    spectralBounds: { steps: 3450, effectiveSteps: null, aspectRatio: 1e-4, real: 4488, imaginary: 111_658 },
    matrices: ["single-batch", "random-signs", "whitened", "gaussian"].map((matrix) =>
      exampleMatrix(matrix, rows, columns),
    ),
    tail: {
      raw: estimates(1.7),
      scaled: estimates(1.9),
      control: estimates(1.7),
      powerLaw: { index: null, interval: null, reliable: false, reason: "made up", pValue: null, count: 100 },
      verdict: "unequal-variances",
      evidence: "stable index 1.70, 1.70 for Gaussian noise of the same variances",
    },
    reasons:
      place === 0 ? {} : { "anisotropy.activationGradients": "activations lie behind a key matrix alone" },
  };
}

function exampleMatrix(matrix: string, rows: number, columns: number): NoiseMatrixResult {
  const scale = 1e-4;
  const layer = exampleLayer(
    {
      name: `${matrix}.${rows}`,
      rows,
      columns,
      scale,
      role: null,
      depth: null,
      verdict: "noise-like",
      evidence: "made up",
      pValue: 0.4,
    },
    matrix,
  );
  const law = marchenkoPastur(0.5, scale);
  const x = Array.from({ length: 32 }, (_, i) => law.quantile((i + 0.5) / 32));
  const {
    spectrum,
    marchenkoPastur: fit,
    powerLaw,
    concentration,
    metrics,
    verdict,
    verdictEvidence,
  } = layer;
  return {
    matrix,
    samples: matrix === "gaussian" ? null : 1024,
    rows,
    columns,
    entryRms: scale,
    participationRatio: 12,
    spectrum,
    marchenkoPastur: fit,
    powerLaw,
    concentration,
    metrics,
    verdict,
    verdictEvidence,
    laws: [
      {
        law: "marchenko-pastur",
        name: "Marchenko-Pastur",
        ksDistance: 0.05,
        pValue: 0.4,
        pValueStandardError: 0.03,
        draws: 199,
        parameters: { aspectRatio: 0.5 },
        curve: { x, density: x.map((each) => law.pdf(each)) },
        reason: null,
      },
      {
        law: "product-law",
        name: "Product law",
        ksDistance: null,
        pValue: null,
        pValueStandardError: null,
        draws: null,
        parameters: {},
        curve: null,
        reason: "the matrix is no sum of a known number of outer products",
      },
    ],
    reason: null,
  };
}

function anisotropy(order: number, alphaRatio: number): Anisotropy {
  return {
    order,
    tokens: 11_264,
    trace: 2,
    traceStandardError: 0.01,
    scale: 4,
    alpha: order * alphaRatio,
    alphaStandardError: 0.05,
    alphaRatio,
    alphaRatioStandardError: 0.01,
    delta: order * Math.sqrt(1 - alphaRatio),
    deltaStandardError: 0.1,
    deltaRatio: Math.sqrt(1 - alphaRatio),
    deltaRatioStandardError: 0.01,
  };
}

function estimates(stable: number): Estimates {
  const estimate = (value: number) => ({ value, standardError: 0.05 });
  return {
    count: 1000,
    stable: estimate(stable),
    hill: estimate(4),
    student: { degrees: null, logDegreesStandardError: null, logLikelihoodRatio: 0, pValue: 1 },
    excessKurtosis: null,
  };
}
