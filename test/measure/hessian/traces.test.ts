import { describe, expect, it } from "vitest";
import { differentiate, pullBack } from "../../../src/autodiff/differentiate.ts";
import { input } from "../../../src/autodiff/leaves.ts";
import { softmax } from "../../../src/autodiff/ops/softmax.ts";
import { sumOfSquares } from "../../../src/autodiff/ops/sum-of-squares.ts";
import { fisherTraces } from "../../../src/measure/hessian/fisher-trace.ts";
import { hessianVectorProduct } from "../../../src/measure/hessian/hessian-vector-product.ts";
import { hutchinsonTraces } from "../../../src/measure/hessian/hutchinson.ts";
import { stratifiedMean } from "../../../src/measure/hessian/stratified-mean.ts";
import { type MeasuredBatch, type MeasuredPart, partPlan } from "../../../src/measure/measured-part.ts";
import { modelOf } from "../../../src/models/catalogue.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { hessianByDifferences, tinyPart } from "./parts.ts";

/** A plain net of one hidden ReLU layer: 9 x 6 + 6 + 6 x 4 + 4 = 88 parameters. */
const twoLayers = {
  model: modelOf("mlp"),
  sizes: { imageSize: 3, classes: 4, width: 6, depth: 1 },
  feed: tinyModels[0]!.feed,
};

/** E_{y ~ p} || grad l ||^2 of each parameter, mean over examples, by every class of every labelled row. */
async function exactFisher(
  part: MeasuredPart,
  batches: readonly MeasuredBatch[],
): Promise<Map<string, number>> {
  const { logits, parameters } = part.traced;
  const [rows, classes] = logits.shape as readonly [number, number];
  const score = input("score", logits.shape);
  const gradients = pullBack(
    logits,
    Array.from(parameters.values(), ({ value }) => value),
    score,
  );
  const names = Array.from(parameters.keys());
  const squares = Object.fromEntries(names.map((name, i) => [name, sumOfSquares(gradients[i]!)]));
  const plan = await partPlan(part, { outputs: { ...squares, p: softmax(logits) } });
  const sums = new Map(names.map((name) => [name, 0]));
  const examples = batches.reduce((sum, each) => sum + each.examples, 0);
  for (const batch of batches) {
    const labels = batch.feed.labels as ArrayLike<number>;
    const { p } = await plan.run(batch, { score: new Float64Array(rows * classes) }, ["p"]);
    for (let row = 0; row < rows; row++) {
      if (labels[row]! < 0) continue;
      for (let y = 0; y < classes; y++) {
        const own = new Float64Array(rows * classes);
        own.set(p!.subarray(row * classes, (row + 1) * classes), row * classes);
        const share = own[row * classes + y]!;
        own[row * classes + y] = share - 1;
        const found = await plan.run(batch, { score: own }, names);
        for (const name of names) sums.set(name, sums.get(name)! + (share * found[name]![0]!) / examples);
      }
    }
  }
  plan.dispose();
  return sums;
}

const total = (of: ReadonlyMap<string, number>) => Array.from(of.values()).reduce((a, b) => a + b, 0);

describe("a net of 88 parameters, whose Hessian differences of gradients give", () => {
  const options = { batches: 2, batchSize: 3, lastExamples: 2 };
  const { part, entries, batches } = tinyPart(twoLayers, options);

  it("has estimated traces within three standard errors, which are those of the closed form", async () => {
    const { hessian, n } = await hessianByDifferences(part, entries, batches);
    expect(n).toBe(88);
    const product = await hessianVectorProduct(part, batches);
    const found = await hutchinsonTraces(product, { probes: 100, seed: 3, purpose: ["test"] });
    const traceOf = (from: number, to: number) => {
      let sum = 0;
      for (let i = from; i < to; i++) sum += hessian[i * n + i]!;
      return sum;
    };
    const { value, standardError } = found.whole;
    expect(Math.abs(value - traceOf(0, n))).toBeLessThan(3 * standardError!);
    for (const [name, { start, end }] of product.stretches) {
      const { value: own, standardError: error } = found.blocks.get(name)!;
      // Parameters whose products have no scatter: the estimate is exact, as far as differences are.
      const bound = Math.max(3 * error!, 1e-8 * Math.abs(traceOf(0, n)));
      expect(Math.abs(own - traceOf(start, end)), name).toBeLessThan(bound);
    }
    // Var v'Hv = 2 sum_(i != j) H_ij^2 for signs; batches have Hessians and probes of their own.
    let variance = 0;
    for (const [place, batch] of batches.entries()) {
      const { hessian: own } = await hessianByDifferences(part, entries, [batch]);
      const off = own.reduce((sum, each, at) => sum + (at % (n + 1) === 0 ? 0 : each ** 2), 0);
      variance += (product.shares[place]! ** 2 * 2 * off) / 100;
    }
    // The variance of 200 draws with excess kurtosis of at most 12 errs by sqrt(14 / 200) = 26 %, its root by 13 %.
    expect(Math.abs(standardError! / Math.sqrt(variance) - 1)).toBeLessThan(0.4);
  });

  it("has the trace E ||grad||^2 over labels of its own softmax, since it is piecewise linear in each matrix", async () => {
    const { hessian, n } = await hessianByDifferences(part, entries, batches);
    const fisher = await exactFisher(part, batches);
    let start = 0;
    for (const [name, own] of entries) {
      let trace = 0;
      for (let i = start; i < start + own.length; i++) trace += hessian[i * n + i]!;
      start += own.length;
      expect(Math.abs(trace / fisher.get(name)! - 1), name).toBeLessThan(1e-6);
    }
  });
});

describe.each(tinyModels)("the Fisher information of $name", (tiny) => {
  it("is within four standard errors of that by all classes, without rows that have no label", async () => {
    const { part, batches } = tinyPart(tiny, { batches: 2, lastExamples: 1, labelSmoothing: 0.2 });
    const exact = await exactFisher(part, batches);
    const found = await fisherTraces(part, batches, { draws: 100, seed: 1, purpose: ["test"] });
    expect(found.whole.standardError).toBeLessThan(0.2 * found.whole.value);
    expect(Math.abs(found.whole.value - total(exact))).toBeLessThan(4 * found.whole.standardError!);
    for (const [name, { value, standardError }] of found.blocks) {
      // A gradient that is 0 in exact arithmetic (a key's bias in attention) is left at its rounding.
      const bound = 4 * standardError! + 1e-25;
      expect(Math.abs(value - exact.get(name)!), name).toBeLessThan(bound);
    }
  });

  it("has one draw without a standard error, and the same bytes for the same seed", async () => {
    const { part, batches } = tinyPart(tiny);
    const options = { draws: 1, seed: "a", purpose: ["test"] };
    const once = await fisherTraces(part, batches, options);
    expect(once.whole.standardError).toBeNull();
    expect(await fisherTraces(part, batches, options)).toEqual(once);
    expect((await fisherTraces(part, batches, { ...options, seed: "b" })).whole).not.toEqual(once.whole);
  });
});

it("states standard errors that are its own: over 200 seeds the estimates scatter as they say", async () => {
  const { part, batches } = tinyPart(tinyModels[0]!, { batches: 2, lastExamples: 1 });
  const exact = total(await exactFisher(part, batches));
  const scores: number[] = [];
  for (let seed = 0; seed < 200; seed++) {
    const { whole } = await fisherTraces(part, batches, { draws: 30, seed, purpose: ["calibration"] });
    scores.push((whole.value - exact) / whole.standardError!);
  }
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const rms = Math.sqrt(scores.reduce((sum, each) => sum + each ** 2, 0) / scores.length);
  // Draws are skewed to the right: a low estimate comes with a low error, so that scores lean to the left.
  expect(Math.abs(mean)).toBeLessThan(0.35);
  expect(rms).toBeGreaterThan(0.85);
  expect(rms).toBeLessThan(1.35);
});

it("is that of the Gauss-Newton matrix: label smoothing changes the loss, and not the information", async () => {
  const options = { draws: 3, seed: 1, purpose: ["test"] };
  const [plain, smoothed] = [tinyPart(tinyModels[3]!), tinyPart(tinyModels[3]!, { labelSmoothing: 0.3 })];
  expect(await fisherTraces(plain.part, plain.batches, options)).toEqual(
    await fisherTraces(smoothed.part, smoothed.batches, options),
  );
  const [a, b] = [plain, smoothed].map(
    ({ part }) => differentiate(part.traced.loss, [part.traced.logits])[0]!,
  );
  expect(a!.attributes).not.toEqual(b!.attributes);
});

it("weighs strata, and has the error of their draws alone", () => {
  const strata = [
    { weight: 0.75, draws: [1, 3] },
    { weight: 0.25, draws: [10, 10, 13] },
  ];
  // Means 2 and 11; variances 2 and 3 over 2 and 3 draws: 0.75^2 * 1 + 0.25^2 * 1.
  expect(stratifiedMean(strata)).toEqual({ value: 4.25, standardError: Math.sqrt(0.5625 + 0.0625) });
  expect(stratifiedMean([{ weight: 1, draws: [5] }])).toEqual({ value: 5, standardError: null });
});
