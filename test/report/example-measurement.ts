import { version } from "../../src/analysis/version.ts";
import { averageOf, measurementTrajectories } from "../../src/measure/average.ts";
import { meters } from "../../src/measure/meters/catalogue.ts";
import type { Meter } from "../../src/measure/meters/meter.ts";
import type { MeasuredCheckpoint, MeasuredLayer, MeasurementResult, Part } from "../../src/measure/result.ts";

/** A measurement of a made model on both parts: numbers that differ, with no meaning but their place. */
export function exampleMeasurement(steps: readonly number[] = [3450]): MeasurementResult {
  const checkpoints = steps.flatMap((step, place) =>
    (["train", "test"] as const).map((part) => exampleCheckpoint(step, part, 1 - place / (steps.length + 1))),
  );
  return {
    type: "measurement",
    schemaVersion: 1,
    provenance: {
      tool: "marchenko",
      version,
      schema: "marchenko/schema/measurement.json",
      configuration: { recipe: "digits-vit", batches: null },
      seed: 0,
      engine: "reference",
      files: [{ path: "runs/a/checkpoints/step-003450/model.safetensors", sizeBytes: 156_712 }],
      run: { host: "secret-host" },
    },
    warnings: ["step-003450, test: made up"],
    model: { kind: "vit", parameters: 39_178, blocks: 2 },
    data: { name: "digits" },
    checkpoints,
    ...(steps.length > 1 && { trajectories: measurementTrajectories(checkpoints) }),
  };
}

function exampleCheckpoint(step: number, part: Part, size: number): MeasuredCheckpoint {
  const layers = [0, 1].map((block) => exampleBlock(block, size * (part === "test" ? 1.1 : 1)));
  const id = `step-${String(step).padStart(6, "0")}`;
  return {
    id,
    step,
    epoch: null,
    path: `runs/a/checkpoints/${id}`,
    part,
    examples: 297,
    loss: 0.6 * size,
    lossStandardError: 0.01,
    crossEntropy: 0.5 * size,
    crossEntropyStandardError: 0.01,
    accuracy: 0.97,
    accuracyStandardError: 0.01,
    wholeModel: { hessian: wholeHessian(), robustness: robustness(), fgsm: fgsm(), macs: macs() },
    layers,
    average: averageOf(layers),
    reasons: {},
  };
}

function exampleBlock(block: number, size: number): MeasuredLayer {
  const fields = Object.assign(
    {},
    ...(meters as readonly Meter[]).map((meter) => fieldsOf(meter, size, block)),
  );
  return {
    layer: `blocks.${block}.mlp.key.weight`,
    value: `blocks.${block}.mlp.value.weight`,
    role: "mlp-in",
    block: `blocks.${block}`,
    depth: block,
    shape: [128, 32],
    tokens: 16,
    inputs: 32,
    neurons: 128,
    activation: "relu",
    ...fields,
    hessian: { ...matrixHessian(size), valueMatrix: block === 0 ? matrixHessian(size / 2) : null },
    robustness: robustness(),
    macs: cost(16 * 2 * 128 * 32),
    reasons: block === 0 ? {} : { "hessian.valueMatrix": "made to be missing" },
  };
}

/** Numbers of a meter: below 1, and different in each block. */
function fieldsOf({ id, nested, numbers }: Meter, size: number, block: number): Record<string, unknown> {
  const entries = Object.keys(numbers).flatMap((name, i) => [
    [name, (size * (i + 1)) / (10 + block)],
    [`${name}StandardError`, 0.004 * size],
  ]);
  return nested ? { [id]: Object.fromEntries(entries) } : Object.fromEntries(entries);
}

function matrixHessian(size: number) {
  return {
    trace: 40 * size,
    traceStandardError: 3,
    fisherTrace: 30 * size,
    fisherTraceStandardError: 2,
    topEigenvalues: [{ value: 9 * size, residual: 1e-4 }],
    leastEigenvalue: { value: -0.1, residual: 1e-3 },
  };
}

function wholeHessian(): NonNullable<MeasuredCheckpoint["wholeModel"]["hessian"]> {
  const x = Array.from({ length: 101 }, (_, i) => -1 + i / 10);
  return {
    dimension: 39_178,
    examples: 128,
    counts: { batches: 2, probes: 8, draws: 2, densityProbes: 2, steps: 30, layerProbes: 4, layerSteps: 10 },
    operations: 1e11,
    ...matrixHessian(2),
    density: {
      width: 0.1,
      x,
      density: x.map((each) => Math.exp(-8 * each * each)),
      integral: 1,
      mean: 0.001,
      meanStandardError: 0.0002,
      rules: [
        { nodes: [0, 9], weights: [0.99, 0.01] },
        { nodes: [0, 9], weights: [0.99, 0.01] },
      ],
    },
    parameters: [],
  };
}

function robustness(): NonNullable<MeasuredCheckpoint["wholeModel"]["robustness"]> {
  const radius = {
    slope: 5,
    slopeStandardError: 0.3,
    increase: 1.2,
    increaseStandardError: 0.1,
    radii: [0.01, 0.03, 0.1].map((epsilon) => ({
      epsilon,
      firstOrder: 12 * epsilon,
      firstOrderStandardError: epsilon,
      firstOrderChanged: epsilon,
      firstOrderChangedStandardError: epsilon / 10,
      randomMean: epsilon === 0.01 ? -0.001 : 0.2 * epsilon,
      randomMeanStandardError: 0.01 * epsilon,
      randomLargest: epsilon,
      randomLargestStandardError: 0.1 * epsilon,
      randomChanged: 0,
      randomChangedStandardError: 0,
    })),
  };
  return {
    examples: 256,
    gradientNorm: 1,
    gradientNormStandardError: 0.1,
    gradientSquares: 2,
    gradientSquaresStandardError: 0.1,
    absolute: radius,
    relative: radius,
  };
}

function fgsm(): NonNullable<MeasuredCheckpoint["wholeModel"]["fgsm"]> {
  return {
    cleanAccuracy: 0.97,
    cleanAccuracyStandardError: 0.01,
    cleanCrossEntropy: 0.1,
    cleanCrossEntropyStandardError: 0.02,
    accuracy: 0.9,
    accuracyStandardError: 0.02,
    crossEntropy: 0.3,
    crossEntropyStandardError: 0.03,
    steps: [1, 2].map((step) => ({
      epsilon: step / 255,
      pixels: (16 * step) / 255,
      accuracy: 0.97 - 0.07 * step,
      accuracyStandardError: 0.02,
      crossEntropy: 0.1 + 0.2 * step,
      crossEntropyStandardError: 0.03,
      increase: 0.2 * step,
      increaseStandardError: 0.03,
      changed: 0.07 * step,
      changedStandardError: 0.01,
    })),
  };
}

function cost(dense: number): NonNullable<MeasuredLayer["macs"]> {
  return {
    dense,
    denseTraining: 3 * dense,
    inference: 0.62 * dense,
    inferenceRatio: 0.62,
    inferenceRatioStandardError: 0.001,
    training: 1.2 * dense,
    trainingRatio: 0.4,
    trainingRatioStandardError: 0.001,
  };
}

function macs(): NonNullable<MeasuredCheckpoint["wholeModel"]["macs"]> {
  return { ...cost(600_000), mlp: 262_144, mlpShare: 262_144 / 600_000 };
}
