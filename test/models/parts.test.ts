import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant, parameter } from "../../src/autodiff/leaves.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { gather } from "../../src/autodiff/ops/gather.ts";
import { logSoftmax } from "../../src/autodiff/ops/log-softmax.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { softmax } from "../../src/autodiff/ops/softmax.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { kaimingUniform, normal, uniform, xavierUniform } from "../../src/models/initialisers.ts";
import { labelledLoss } from "../../src/models/parts/labelled-loss.ts";
import { layerNorm } from "../../src/models/parts/layer-norm.ts";
import { relativePositionBucket } from "../../src/models/parts/relative-position-bias.ts";
import { rmsNorm } from "../../src/models/parts/rms-norm.ts";
import { startTracing, type Tracer } from "../../src/models/tracer.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { tensorsOf } from "./reference-fixtures.ts";
import { distance, norm, runValues } from "./run-values.ts";

const stored = await tensorsOf("functions", "reference.safetensors");
const of = (name: string) => stored.get(name)!;

function tracer(labelSmoothing = 0): Tracer {
  return startTracing(sparsityOptions.parse({}), { batchSize: 1, training: true, labelSmoothing });
}

/** Values and gradients of a function, by the names that the fixture has for them. */
async function compare(
  name: string,
  apply: (leaf: (part: string) => Value) => Value,
  shapes: Readonly<Record<string, readonly number[]>>,
) {
  const leaves = new Map(Object.entries(shapes).map(([part, shape]) => [part, parameter(part, shape)]));
  const y = apply((part) => leaves.get(part)!);
  const against = constant(of(`${name}/dy`), y.shape);
  const parts = Array.from(leaves.keys());
  const gradients = differentiate(sum(multiply(y, against)), Array.from(leaves.values()));
  const found = (await runValues(
    { y, ...Object.fromEntries(parts.map((part, i) => [`d${part}`, gradients[i]!])) },
    new Map(parts.map((part) => [part, of(`${name}/${part}`)])),
  )) as Record<string, Float64Array>;
  for (const [part, entries] of Object.entries(found)) {
    const wanted = of(`${name}/${part}`);
    // Float64 in both; where a token is constant, epsilon 1e-12 makes its gradient large, not its relative error.
    expect(distance(entries, wanted), part).toBeLessThan(1e-12 * Math.max(norm(wanted), 1));
  }
}

describe("PyTorch's values (versions in the fixture's manifest)", () => {
  const rows = [6, 8];

  it.each([
    ["layer_norm", 1e-5],
    ["layer_norm_1e-12", 1e-12],
  ] as const)("%s", async (name, epsilon) => {
    const apply = (leaf: (part: string) => Value) => {
      const parts: Tracer = { ...tracer(), parameter: (spec) => leaf(spec.name.slice(2)) };
      return layerNorm(parts, leaf("x"), { name: "n", epsilon });
    };
    await compare(name, apply, { x: rows, weight: [8], bias: [8] });
  });

  it("t5_layer_norm", async () => {
    const apply = (leaf: (part: string) => Value) => {
      const parts: Tracer = { ...tracer(), parameter: (spec) => leaf(spec.name.slice(2)) };
      return rmsNorm(parts, leaf("x"), { name: "n", epsilon: 1e-6 });
    };
    await compare("t5_layer_norm", apply, { x: rows, weight: [8] });
  });

  it.each([
    ["softmax", softmax],
    ["log_softmax", logSoftmax],
  ] as const)("%s", async (name, apply) => {
    await compare(name, (leaf) => apply(leaf("x")), { x: rows });
  });

  it.each([
    ["cross_entropy", 0],
    ["cross_entropy_ignored", 0],
    ["cross_entropy_smoothed", 0.1],
    ["cross_entropy_smoothed_ignored", 0.1],
  ] as const)("%s", async (name, smoothing) => {
    const labels = constant(of(`${name}/labels`), [7]);
    await compare(name, (leaf) => labelledLoss(tracer(smoothing), leaf("x"), labels).loss, { x: [7, 9] });
  });

  it("embedding", async () => {
    const ids = constant(of("embedding/ids"), [2, 3]);
    await compare("embedding", (leaf) => gather(leaf("weight"), ids), { weight: [6, 4] });
  });

  it.each([
    ["bidirectional_32_128", { bidirectional: true, buckets: 32, maxDistance: 128 }],
    ["causal_32_128", { bidirectional: false, buckets: 32, maxDistance: 128 }],
    ["bidirectional_8_20", { bidirectional: true, buckets: 8, maxDistance: 20 }],
    ["causal_8_20", { bidirectional: false, buckets: 8, maxDistance: 20 }],
  ] as const)("T5's buckets, %s", (name, buckets) => {
    const found = Array.from(of("t5_buckets/positions"), (each) => relativePositionBucket(each, buckets));
    expect(found).toEqual(Array.from(of(`t5_buckets/${name}`)));
  });
});

it("a batch without any label has loss 0", async () => {
  const { loss, accuracy } = labelledLoss(tracer(), constant(1, [2, 3]), constant(-100, [2]));
  const found = await runValues({ loss, accuracy }, new Map());
  expect([found.loss[0], found.accuracy[0]]).toEqual([0, 0]);
});

describe("initialisers have the variance they are named for", () => {
  const [rows, columns] = [60, 500];
  it.each([
    ["normal", normal(0.02), 0.02 ** 2],
    ["uniform", uniform(3), 3],
    ["Xavier", xavierUniform(columns, rows), 2 / (rows + columns)],
    ["Kaiming", kaimingUniform(columns), 1 / (3 * columns)],
  ] as const)("%s", (name, initial, variance) => {
    const entries = initial(randomStream(1, [name]), [rows, columns]);
    const mean = entries.reduce((a, b) => a + b, 0) / entries.length;
    const square = entries.reduce((total, each) => total + each * each, 0) / entries.length;
    // Five standard errors: of the mean, and of the mean square (whose relative one is at most sqrt(2 / n)).
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / entries.length));
    expect(Math.abs(square / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / entries.length));
  });
});
