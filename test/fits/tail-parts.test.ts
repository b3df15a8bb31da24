import { describe, expect, test } from "vitest";
import { exponentialityScore } from "../../src/fits/exponentiality.ts";
import { hillAlpha, hillDrift } from "../../src/fits/hill.ts";
import { candidateTails, powerLawTail } from "../../src/fits/power-law-tail.ts";
import { tailAlternatives } from "../../src/fits/tail-alternatives.ts";
import { bootstrapTail } from "../../src/fits/tail-bootstrap.ts";
import {
  exponentialTempering,
  fitTemperedPareto,
  lognormalTempering,
} from "../../src/fits/tempered-pareto.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Sample shapes that another program makes too, from closed forms: logarithms, ascending. */
const shapes = {
  pareto: (u: number, i: number) => u ** (-1 / 1.7) * (1 + 0.1 * Math.sin(i)),
  exponential: (u: number, i: number) => -Math.log(u) * (1 + 0.1 * Math.sin(i)),
};
function logsOf(shape: keyof typeof shapes, n = 400): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => shapes[shape]((j + 1) / (n + 1), j + 1))
    .sort()
    .map(Math.log);
}

/** n eps, for sums of n logarithms of order 1. */
const rounding = 400 * Number.EPSILON;

describe("Hill's estimate", () => {
  test("is 1 + k over the sum of logarithms", () => {
    const logs = Float64Array.of(-5, 0, Math.log(2), Math.log(4));
    expect(hillAlpha(logs, 3)).toBeCloseTo(1 + 3 / Math.log(8), 14); // closed form
    // numpy 2.4.6 and powerlaw 2.0.0 (alpha at a given xmin).
    const pareto = logsOf("pareto");
    expect(Math.abs(hillAlpha(pareto, 400) - 2.486622831120913)).toBeLessThan(rounding);
    expect(Math.abs(hillAlpha(pareto, 200) - 2.7170956245907005)).toBeLessThan(rounding);
  });

  test("drifts about as a standard normal in a power law, up in an exponential and down before outliers", () => {
    const n = 400;
    const draws = 200;
    let beyondTwo = 0;
    for (let draw = 0; draw < draws; draw++) {
      const stream = randomStream(draw, ["drift"]);
      const logs = Float64Array.from({ length: n }, () => -Math.log(1 - stream.uniform()) / 1.5).sort();
      if (Math.abs(hillDrift(logs, n)) > 2) beyondTwo++;
    }
    // The larger of two correlated |z|: between 4.6 % and 9 % are over 2. Three standard errors of 200 draws more.
    expect(beyondTwo / draws).toBeLessThan(0.15);
    expect(hillDrift(logsOf("exponential"), 400)).toBeGreaterThan(3);
    const outliers = logsOf("pareto");
    for (let i = 380; i < 400; i++) outliers[i]! += 5;
    expect(hillDrift(outliers, 400)).toBeLessThan(-3);
  });
});

describe("the tail", () => {
  test("candidates go down from the whole sample by a fifth, to 50 values and 15 %", () => {
    expect(candidateTails(49)).toEqual([]);
    expect(candidateTails(50)).toEqual([50]);
    for (const n of [51, 64, 256, 1000, 5000]) {
      const sizes = candidateTails(n);
      expect(sizes[0]).toBe(n);
      expect(sizes.at(-1)).toBe(Math.max(50, Math.ceil(0.15 * n)));
      for (let i = 1; i < sizes.length; i++) {
        expect(sizes[i]!).toBeLessThan(sizes[i - 1]!);
        expect(sizes[i]! * 1.2).toBeGreaterThan(sizes[i - 1]! - 1);
      }
    }
  });

  test("is where scipy and the powerlaw package find it, when every size is tried", () => {
    // numpy 2.4.6, scipy 1.17.1 kstest over k = 400..60; powerlaw 2.0.0 gives the same digits for the first.
    const oracle = {
      pareto: { k: 348, alpha: 2.7154047248064, distance: 0.0138370053761362 },
      exponential: { k: 63, alpha: 3.72215335653417, distance: 0.0912991716911066 },
    };
    for (const shape of ["pareto", "exponential"] as const) {
      const tail = powerLawTail(logsOf(shape), candidateTails(400, 1))!;
      expect(tail.tailCount).toBe(oracle[shape].k);
      expect(Math.abs(tail.alpha - oracle[shape].alpha)).toBeLessThan(rounding);
      expect(Math.abs(tail.ksDistance - oracle[shape].distance)).toBeLessThan(rounding);
    }
  });

  test("is null where all values are equal", () => {
    expect(powerLawTail(new Float64Array(60), candidateTails(60))).toBeNull();
  });
});

describe("the score of exponentiality", () => {
  test("has mean 0 and variance 1 for exponential values, and the sign of the tail's weight", () => {
    const n = 20;
    const draws = 4000;
    let sum = 0;
    let squares = 0;
    const scoreOf = (values: Float64Array) =>
      exponentialityScore(
        values.reduce((a, b) => a + b, 0),
        values.reduce((a, b) => a + b * b, 0),
        values.length,
      );
    const { uniform } = randomStream(1, ["exponentiality"]);
    for (let draw = 0; draw < draws; draw++) {
      const score = scoreOf(Float64Array.from({ length: n }, () => -Math.log(1 - uniform())));
      sum += score;
      squares += score * score;
    }
    // Four standard errors; the score's fourth moment is about 10 for 20 values.
    expect(Math.abs(sum / draws)).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(squares / draws - 1)).toBeLessThan(4 * Math.sqrt(9 / draws));
    expect(scoreOf(Float64Array.from({ length: 200 }, (_, i) => i + 1))).toBeLessThan(-3);
    expect(scoreOf(Float64Array.from({ length: 200 }, (_, i) => 1 / (i + 1)))).toBeGreaterThan(3);
  });
});

describe("the alternatives", () => {
  test("have the likelihood ratios that scipy finds", () => {
    // numpy 2.4.6, scipy 1.17.1: closed form; Nelder-Mead on the truncated normal of ln x and on quad's
    // normalisation, both to 1e-10. powerlaw 2.0.0 agrees to 1e-9 for the first two.
    const oracle = {
      pareto: [34.7247291766, -0.1266364943, -0.2235780255],
      exponential: [-23.3886165288, -22.57192564, -23.40271545],
    };
    const pValues = { pareto: 0.0130994271814, exponential: 6.38895786291e-6 };
    for (const shape of ["pareto", "exponential"] as const) {
      const alternatives = tailAlternatives(logsOf(shape), 200);
      expect(alternatives.map(({ law }) => law)).toEqual(["exponential", "lognormal", "truncated-power-law"]);
      for (const [i, { logLikelihoodRatio }] of alternatives.entries()) {
        // Eight digits of the quadrature, times 200 values.
        expect(Math.abs(logLikelihoodRatio - oracle[shape][i]!)).toBeLessThan(200 * 1e-8);
      }
      expect(alternatives[0]!.pValue / pValues[shape]).toBeCloseTo(1, 8);
    }
  });

  test("hold the closed forms of a half-normal and of an exponential law", () => {
    // t half-normal: means sqrt(2 / pi) and 1/2, density of b = 0, c = 1.
    const mean = Math.sqrt(2 / Math.PI);
    const halfNormal = fitTemperedPareto(lognormalTempering, mean, 0.5, 10, 100);
    expect(halfNormal.slope).toBeCloseTo(0, 6);
    expect(halfNormal.strength).toBeCloseTo(1, 6);
    const logLikelihood = -0.5 - Math.log(Math.sqrt(Math.PI / 2));
    expect(halfNormal.logLikelihoodRatio).toBeCloseTo(100 * (-Math.log(mean) - 1 - logLikelihood), 6);
    // x - 1 exponential of mean 1: b = -1, c = 1; the mean of ln x is e E_1(1), Gompertz' constant (DLMF 6.2.1).
    const gompertz = 0.5963473623231946;
    const exponential = fitTemperedPareto(exponentialTempering, gompertz, 1, 10, 100);
    expect(exponential.slope).toBeCloseTo(-1, 6);
    expect(exponential.strength).toBeCloseTo(1, 6);
    expect(exponential.logLikelihoodRatio).toBeCloseTo(100 * (-Math.log(gompertz) - 1 - (gompertz - 1)), 6);
  });

  test("are the power law itself, p = 1, where the tail does not bend down", () => {
    const logs = logsOf("pareto");
    for (let i = 390; i < 400; i++) logs[i]! += 2;
    for (const each of tailAlternatives(logs, 200).slice(1)) {
      expect(each).toMatchObject({ logLikelihoodRatio: 0, pValue: 1 });
    }
  });

  test("reject a true power law about as often as their level says", () => {
    const draws = 300;
    const rejected = { lognormal: 0, "truncated-power-law": 0, exponential: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const { uniform } = randomStream(draw, ["nested"]);
      const logs = Float64Array.from({ length: 200 }, () => -Math.log(1 - uniform()) / 2).sort();
      for (const { law, logLikelihoodRatio, pValue } of tailAlternatives(logs, 200)) {
        if (logLikelihoodRatio < 0 && pValue < 0.1) rejected[law]++;
      }
    }
    // Four binomial standard errors about 10 %, and down to half of it, since the limit law is reached slowly.
    for (const law of ["lognormal", "truncated-power-law"] as const) {
      expect(rejected[law] / draws, law).toBeLessThan(0.17);
      expect(rejected[law] / draws, law).toBeGreaterThan(0.02);
    }
    expect(rejected.exponential).toBe(0);
  });
});

describe("the bootstrap", () => {
  const stream = () => randomStream(3, ["bootstrap"]);
  test("stops early where the sample is ordinary, and goes to the end where it is not", () => {
    const sizes = candidateTails(400);
    const close = logsOf("pareto");
    const ordinary = bootstrapTail(close, powerLawTail(close, sizes)!, sizes, stream());
    expect(ordinary.replicates).toBe(199);
    expect(ordinary.pValue).toBeGreaterThan(0.5); // nearly at the quantiles: closer than a random sample
    const bent = logsOf("exponential");
    const strange = bootstrapTail(bent, powerLawTail(bent, [400])!, [400], stream());
    expect(strange.replicates).toBe(499);
    expect(strange.pValue).toBe(1 / 500);
    expect(strange.pValueStandardError).toBeGreaterThan(0);
  });

  test("gives exponents about the fitted one, spread as the theory of a given x_min says", () => {
    const logs = logsOf("pareto");
    const tail = powerLawTail(logs, [400])!;
    const { exponentRatios } = bootstrapTail(logs, tail, [400], stream());
    const n = exponentRatios.length;
    const logRatios = Array.from(exponentRatios, Math.log);
    const mean = logRatios.reduce((a, b) => a + b, 0) / n;
    const deviation = Math.sqrt(logRatios.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    // The standard deviation of ln(alpha - 1) is 1 / sqrt k; four standard errors of n replicates.
    expect(Math.abs(mean)).toBeLessThan((4 * 0.05) / Math.sqrt(n) + 1 / 400);
    expect(Math.abs(deviation / 0.05 - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
  });

  test("chooses x_min anew in each replicate, which spreads the exponents more", () => {
    const logs = logsOf("pareto");
    const sizes = candidateTails(400);
    const tail = powerLawTail(logs, sizes)!;
    const spreadOf = (tried: readonly number[]) => {
      const { exponentRatios } = bootstrapTail(logs, tail, tried, stream());
      return exponentRatios.at(-6)! / exponentRatios[5]!;
    };
    expect(Math.log(spreadOf(sizes))).toBeGreaterThan(1.1 * Math.log(spreadOf([tail.tailCount])));
  });
});
