import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant, parameter } from "../../src/autodiff/leaves.ts";
import { sum, sumRows } from "../../src/autodiff/ops/broadcasting.ts";
import { contraction } from "../../src/autodiff/ops/contraction.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { normalize, rootMeanSquareNormalize } from "../../src/autodiff/ops/normalize.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { mixActivations, mixingShare } from "../../src/sparsity/activation-mixing.ts";
import { createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { addLowRank, mergeLowRank } from "../../src/sparsity/lora.ts";
import { restrictScale, upliftFloor, upliftScale } from "../../src/sparsity/restricted-layer-norm.ts";
import { noiseScale, sharedNoise, tokenwiseNoise } from "../../src/sparsity/synapse-noise.ts";
import { addZerothBias, clipZerothBias } from "../../src/sparsity/zeroth-bias.ts";
import { runValues } from "../models/run-values.ts";

function drawn(shape: readonly number[], purpose: string) {
  const { normal } = randomStream(1, ["modules", purpose]);
  return constant(
    new Float64Array(sizeOf(shape)).map(() => normal()),
    shape,
  );
}

const nothing = new Map<string, number[]>();

describe("zeroth bias", () => {
  it("takes the rows of the tokens there are", async () => {
    const bias = drawn([5, 3], "bias");
    const x = drawn([2, 4, 3], "x");
    const {
      sum: total,
      x: before,
      bias: all,
    } = await runValues({ sum: addZerothBias(x, bias), x, bias }, nothing);
    expect(total).toEqual(before.map((each, i) => each + all[i % 12]!));
  });

  it("is held to its share of the scale, whichever sign that has", async () => {
    const bias = parameter("bias", [2, 3]);
    const scale = parameter("scale", [3]);
    const { held } = await runValues(
      { held: clipZerothBias(bias, scale, 0.1) },
      new Map([
        ["bias", [1, -1, 0.05, 0.01, 0.3, -9]],
        ["scale", [2, -5, 0]],
      ]),
    );
    expect(Array.from(held)).toEqual([0.2, -0.5, 0, 0.01, 0.3, 0]);
  });
});

describe("restricted norms", () => {
  const scales = [-3, -0.2, -0, 0, 0.4, 1, 7];
  const scale = parameter("scale", [scales.length]);
  const entries = new Map([["scale", scales]]);

  it("from scratch is max(w, 1), signed", async () => {
    const { held } = await runValues({ held: restrictScale(scale) }, entries);
    expect(Array.from(held)).toEqual(scales.map((each) => Math.max(each, 1)));
  });

  it.each([0, 1, 4, 9, 10, 50])(
    "raises |w| to min((step + 1) / 10, 1) and keeps signs, at step %i",
    async (step) => {
      const floor = upliftFloor(10, step);
      expect(floor).toBe(Math.min((step + 1) / 10, 1));
      const { held } = await runValues({ held: upliftScale(scale, constant(floor)) }, entries);
      expect(Array.from(held)).toEqual(
        scales.map((each) => (each >= 0 ? 1 : -1) * Math.max(Math.abs(each), floor)),
      );
    },
  );

  it.each([
    ["LayerNorm", normalize],
    ["RMS norm", rootMeanSquareNormalize],
  ] as const)("keeps %s's tokens as long as sqrt d", async (_, norm) => {
    const d = 24;
    const held = restrictScale(drawn([d], "scales"));
    const x = multiply(norm(drawn([50, d], "tokens"), 1e-6), held);
    const { squares } = await runValues({ squares: sumRows(multiply(x, x)) }, nothing);
    expect(Math.min(...squares)).toBeGreaterThan(d * (1 - 1e-3));
  });
});

describe("noise on synapses", () => {
  const [tokens, inputs, outputs] = [2, 5, 3];
  const weight = drawn([outputs, inputs], "weight");
  const rho = 0.3;

  it("tokenwise has covariance s^2 |x|^2 I, independent from token to token", async () => {
    const repeats = 10_000;
    const x = drawn([1, tokens, inputs], "x");
    const draws = drawn([repeats, tokens, outputs], "noise");
    const { noise, s, lengths } = await runValues(
      {
        noise: tokenwiseNoise(x, weight, draws, rho),
        s: noiseScale(weight, rho),
        lengths: sumRows(multiply(x, x)),
      },
      nothing,
    );
    const width = tokens * outputs;
    const deviation = (i: number) => s[0]! * Math.sqrt(lengths[Math.floor(i / outputs)]!);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let r = 0; r < repeats; r++) product += noise[r * width + i]! * noise[r * width + j]!;
        const correlation = product / repeats / deviation(i) / deviation(j);
        // 5 %: 3.5 standard errors of a variance (sqrt 2 %), 5 of a covariance (1 %).
        expect(Math.abs(correlation - (i === j ? 1 : 0))).toBeLessThan(0.05);
      }
    }
  });

  it("has the law of a matrix of noise of the token's own", async () => {
    // (s N) x summed over many N, against s |x| eps: both have mean 0 and this variance.
    const repeats = 10_000;
    const x = drawn([inputs], "one");
    const matrices = drawn([repeats, inputs], "rows of N");
    const { products, s, length } = await runValues(
      {
        products: contraction(multiply(matrices, noiseScale(weight, rho)), x, "rk,k->r"),
        s: noiseScale(weight, rho),
        length: sum(multiply(x, x)),
      },
      nothing,
    );
    const variance = products.reduce((total, each) => total + each * each, 0) / repeats;
    expect(Math.abs(variance / (s[0]! ** 2 * length[0]!) - 1)).toBeLessThan(0.05);
  });

  it("lets no gradient through", async () => {
    const w = parameter("w", [outputs, inputs]);
    const x = parameter("x", [1, tokens, inputs]);
    const losses = [
      sum(tokenwiseNoise(x, w, drawn([1, tokens, outputs], "noise"), rho)),
      sum(sharedNoise(w, drawn([outputs, inputs], "noise"), rho)),
    ];
    const entries = new Map([
      ["w", new Float64Array(outputs * inputs).fill(1)],
      ["x", new Float64Array(tokens * inputs).fill(1)],
    ]);
    for (const loss of losses) {
      const [forW, forX] = differentiate(loss, [w, x]) as [typeof w, typeof x];
      const found = await runValues({ loss, forW, forX }, entries);
      expect(found.loss[0]).not.toBe(0);
      expect(found.forW.every((each) => each === 0) && found.forX.every((each) => each === 0)).toBe(true);
    }
  });
});

describe("mixing of activation functions", () => {
  const points = [-2, -0.5, 0, 0.5, 3];
  const x = parameter("x", [points.length]);
  const [relu, jsrelu] = [createActivation("relu"), createActivation("jsrelu")];

  it.each([0, 0.25, 1])("is the convex combination, slopes too, at k = %d", async (share) => {
    const mixed = mixActivations(relu, jsrelu, constant(share));
    const outputs = {
      value: mixed.apply(x),
      slope: mixed.derivative(x),
      gradient: differentiate(sum(mixed.apply(x)), [x])[0]!,
      first: relu.apply(x),
      second: jsrelu.apply(x),
      firstSlope: relu.derivative(x),
      secondSlope: jsrelu.derivative(x),
    };
    const found = await runValues(outputs, new Map([["x", points]]));
    // Exact: entries and k have few binary digits.
    expect(found.value).toEqual(found.first.map((each, i) => (1 - share) * each + share * found.second[i]!));
    expect(found.slope).toEqual(
      found.firstSlope.map((each, i) => (1 - share) * each + share * found.secondSlope[i]!),
    );
    expect(found.gradient).toEqual(found.slope);
  });

  it("goes over in its steps and stays", () => {
    expect([-1, 0, 1, 2, 4, 5, 100].map((step) => mixingShare(4, step))).toEqual([0, 0, 0.25, 0.5, 1, 1, 1]);
  });
});

describe("low-rank terms", () => {
  it.each(["out-in", "in-out"] as const)("merged are what the graph adds, %s", async (layout) => {
    const [rank, inputs, outputs, scale] = [2, 5, 3, 0.37];
    const weight = drawn(layout === "out-in" ? [outputs, inputs] : [inputs, outputs], "W");
    const [a, b] = [drawn([rank, inputs], "A"), drawn([outputs, rank], "B")];
    const found = await runValues({ weight, a, b, whole: addLowRank(weight, a, b, scale, layout) }, nothing);
    const merged = mergeLowRank(found.weight, found.a, found.b, { rank, scale, layout });
    for (const [i, each] of found.whole.entries()) {
      // Rounded once to float32, whose unit roundoff is 2^-24, and a few times in float64.
      expect(Math.abs(merged[i]! - each)).toBeLessThan(2 ** -23 * Math.max(Math.abs(each), 1));
    }
  });
});
