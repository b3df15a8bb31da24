import { expect, test } from "vitest";
import { constant, input } from "../../src/autodiff/leaves.ts";
import { add } from "../../src/autodiff/ops/add.ts";
import { sumRows } from "../../src/autodiff/ops/broadcasting.ts";
import { linear } from "../../src/autodiff/ops/linear.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { reshape } from "../../src/autodiff/ops/reshape.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { measuredValue } from "../../src/measure/average.ts";
import type { MeasuredPart } from "../../src/measure/measured-part.ts";
import { meters } from "../../src/measure/meters/catalogue.ts";
import { runMeters } from "../../src/measure/meters/run-meters.ts";
import type { ActivationSpec } from "../../src/sparsity/activations/activation.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { linearLoss } from "../train/linear-loss.ts";

/** One block A = sigma(P) of one token without V, with l = sum_j g_j a_j for each example: a row of p and g. */
async function measured(
  spec: ActivationSpec,
  p: readonly (readonly number[])[],
  g: readonly (readonly number[])[] = p.map((row) => row.map(() => 1)),
) {
  const batchSize = p.length;
  const neurons = p[0]!.length;
  const shape = [batchSize, 1, neurons];
  const preActivation = constant(p.flat(), shape);
  const activation = createActivation(spec).apply(preActivation);
  const losses = reshape(sumRows(multiply(activation, constant(g.flat(), shape))), [batchSize]);
  const key = constant(0, [neurons, 2]);
  const tap = "block.0.mlp";
  const part: MeasuredPart = {
    disturbed: () => part.traced,
    pixels: null,
    part: "test",
    backend: referenceBackend(),
    state: new Map(),
    traced: {
      ...linearLoss([{ name: "w", shape: [1] }]),
      logits: constant(0, [batchSize, 2]),
      rowLosses: add(losses, linear(input("labels", [batchSize]), 0)),
      parameters: new Map([["k.weight", { spec: {} as never, value: key }]]),
      taps: new Map([
        [`${tap}.input`, constant(1, [batchSize, 1, 2])],
        [`${tap}.preActivation`, preActivation],
        [`${tap}.activation`, activation],
        [`${tap}.output`, activation],
      ]),
      blocks: [
        {
          tap,
          key: "k.weight",
          value: null,
          gate: null,
          activation: "relu",
        },
      ],
    },
    activityOf: () => createActivation(spec),
    batchSize,
    count: 1,
    batch: async () => ({ feed: { labels: new Float64Array(batchSize) }, examples: batchSize }),
    seed: 0,
  };
  const { layers } = await runMeters(part, meters);
  const { piece, reasons = {} } = layers[0]!;
  return { value: (id: string) => measuredValue(piece!, id), reasons };
}

test("the case of method.md S3: half of [[0, 1], [-2, 0]] is active, a quarter of each sign", async () => {
  // relu(x - 1) - relu(-x - 1) of these is that array.
  const { value } = await measured({ name: "s-shaped", inner: "relu", h: 1 }, [
    [0.5, 2],
    [-3, -1],
  ]);
  expect(["activatedRatio", "positiveRatio", "negativeRatio"].map(value)).toEqual([0.5, 0.25, 0.25]);
  expect(["flatOutputShare", "derivativeSparsity", "activeAmplitude"].map(value)).toEqual([0.5, 0.5, 1.5]);
  expect(value("activationSquaredNorm")).toBe(2.5);
  // Examples have ratios 0.5 and 0.5; signs 0.5 and 0: sd / sqrt 2 = 0.25.
  expect(value("activatedRatioStandardError")).toBe(0);
  expect(value("positiveRatioStandardError")).toBe(0.25);
});

test("for ReLU the mean squared derivative is the activated ratio, to the bit", async () => {
  const draws = randomStream(1, ["p"]);
  const p = Array.from({ length: 7 }, () => Array.from({ length: 13 }, () => draws.normal()));
  const { value } = await measured("relu", p);
  expect(value("squaredDerivative")).toBe(value("activatedRatio"));
  expect(value("derivativeSparsity")! + value("activatedRatio")!).toBeCloseTo(1, 14);
});

test("shares of small gradients don't fall with the threshold, and count strictly below it", async () => {
  const sizes = [0, 1e-10, -1e-9, 1e-7, -1e-6, 5e-4, 1e-3, 2];
  const { value } = await measured("relu", [sizes.map(() => 1)], [sizes]);
  for (const id of ["gradientSparsity", "effectiveGradientSparsity"]) {
    const shares = ["Nano", "Micro", "Milli"].map((each) => value(`${id}.shareBelow${each}`)! * sizes.length);
    expect(shares).toEqual([2, 4, 6]);
  }
  expect(value("effectiveGradientSparsity.beneficialShare")).toBe(2 / 8);
  expect(value("effectiveGradientSparsity.beneficialSum")).toBeCloseTo(-1e-9 - 1e-6, 20);
  expect(value("effectiveGradientSparsity.detrimentalShare")).toBe(5 / 8);
});

test("R is 1 within three standard errors where gradients know nothing of what is active", async () => {
  const [p, g] = ["p", "g"].map((name) => {
    const draws = randomStream(2, [name]);
    return Array.from({ length: 200 }, () => Array.from({ length: 50 }, () => draws.normal()));
  }) as [number[][], number[][]];
  const { value } = await measured("relu", p, g);
  const error = value("gradientDensity.ratioStandardError")!;
  // var(g^2) = 2 over 10^4 entries, half of them active: R has standard deviation sqrt(2 / 10^4).
  expect(error).toBeGreaterThan(0.7 * Math.sqrt(2e-4));
  expect(error).toBeLessThan(1.4 * Math.sqrt(2e-4));
  expect(Math.abs(value("gradientDensity.ratio")! - 1)).toBeLessThan(3 * error);
  // Gradients on active neurons alone double it; on the others alone it is 0.
  const on = p.map((row, i) => row.map((each, j) => (each > 0 ? g[i]![j]! : 0)));
  const off = p.map((row, i) => row.map((each, j) => (each > 0 ? 0 : g[i]![j]!)));
  expect((await measured("relu", p, on)).value("gradientDensity.ratio")).toBeCloseTo(
    1 / value("activatedRatio")!,
    10,
  );
  expect((await measured("relu", p, off)).value("gradientDensity.ratio")).toBe(0);
});

test("a dead layer has zeros where they are known, and null with a reason where nothing is left to divide by", async () => {
  const { value, reasons } = await measured("relu", [
    [-1, -2],
    [-3, -1],
  ]);
  for (const id of ["activatedRatio", "augmentedFlatness.key", "effectiveGradientSparsity.norm2"]) {
    expect(value(id), id).toBe(0);
  }
  expect(value("derivativeSparsity")).toBe(1);
  expect(reasons).toMatchObject({
    activeAmplitude: "no neuron is active",
    "gradientDensity.ratio": "no neuron is active",
    "augmentedFlatness.l0Coefficient": "no neuron is active",
    "augmentedFlatness.identityRatio": "no neuron is active",
    "augmentedFlatness.value": "the block has no value matrix",
  });
  for (const id of Object.keys(reasons)) expect(value(id), id).toBeNull();
});
