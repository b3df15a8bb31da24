import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { stableIndex } from "../../src/noise/stable-index.ts";
import { fitStudent } from "../../src/noise/student-fit.ts";
import { noiseTail } from "../../src/noise/tail-index.ts";

const [rows, columns] = [64, 128];
const count = 4;

/** Draws of a symmetric alpha-stable law, by Chambers, Mallows and Stuck 1976. */
function stable(alpha: number, length: number, name: string): Float64Array {
  const { uniform } = randomStream(5, ["stable", alpha, name]);
  return Float64Array.from({ length }, () => {
    const angle = Math.PI * (uniform() - 0.5);
    const wait = -Math.log(1 - uniform());
    return (
      (Math.sin(alpha * angle) / Math.cos(angle) ** (1 / alpha)) *
      (Math.cos((1 - alpha) * angle) / wait) ** ((1 - alpha) / alpha)
    );
  });
}

function gaussians(length: number, name: string): Float64Array {
  const { normal } = randomStream(6, ["gaussians", name]);
  return Float64Array.from({ length }, normal);
}

/** A Gaussian over the root of a mean of squares: Student's law. */
function student(degrees: number, length: number): Float64Array {
  const stream = randomStream(7, ["student", degrees]);
  return Float64Array.from(
    { length },
    () => stream.normal() / Math.sqrt(stream.chiSquared(degrees) / degrees),
  );
}

describe("the index of a stable law by block sums", () => {
  test.each([1, 1.3, 1.7, 2])("finds %f within four standard errors", (alpha) => {
    const { value, standardError } = stableIndex(stable(alpha, 40000, "plain"))!;
    expect(Math.abs(value - alpha)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(0.05 * alpha);
  });

  test("its standard error is the spread of repetitions", () => {
    const found = Array.from({ length: 60 }, (_, k) => stableIndex(stable(1.5, 2500, `spread ${k}`))!);
    const mean = found.reduce((sum, { value }) => sum + value, 0) / found.length;
    const variance = found.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (found.length - 1);
    const told = found.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / found.length;
    // A variance of 60 values is known to sqrt(2 / 59) = 18 %.
    expect(Math.abs(told / variance - 1)).toBeLessThan(0.6);
  });

  test("has none of too few values, and leaves out zeros", () => {
    expect(stableIndex(gaussians(63, "few"))).toBeNull();
    expect(stableIndex(new Float64Array(1000))).toBeNull();
    const values = gaussians(400, "zeros");
    const spaced = Float64Array.from({ length: 800 }, (_, i) => (i % 2 ? 0 : values[i / 2]!));
    expect(stableIndex(spaced)).toEqual(stableIndex(values));
  });
});

describe("Student's law", () => {
  test.each([1, 3, 8])("with %i degrees of freedom is told from the Gaussian", (degrees) => {
    const fit = fitStudent(student(degrees, 4000))!;
    expect(Math.abs(Math.log(fit.degrees! / degrees))).toBeLessThan(4 * fit.logDegreesStandardError!);
    expect(fit.pValue).toBeLessThan(1e-6);
    // The error of ln nu is near what the information matrix gives: under a tenth at one degree, more at eight.
    expect(fit.logDegreesStandardError!).toBeLessThan(0.04 * (1 + degrees));
  });

  test("Gaussian values are rejected no more often than the p-value says", () => {
    const pValues = Array.from({ length: 100 }, (_, k) => fitStudent(gaussians(300, `p ${k}`))!.pValue);
    const small = pValues.filter((p) => p < 0.1).length;
    // Binomial of 100 at 0.1: 10 +- 3; the maximum of a small sample falls short of the limit's law.
    expect(small).toBeLessThan(20);
    expect(pValues.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(pValues.filter((p) => p === 1).length).toBeGreaterThan(25);
  });

  test("the likelihood of Cauchy's law is the closed form", () => {
    // At one degree and scale 1, ln p(x) = -ln(pi (1 + x^2)); the maximum over scale and degrees is at least that.
    const values = student(1, 500);
    const cauchy = values.reduce((sum, x) => sum - Math.log(Math.PI * (1 + x * x)), 0);
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const gaussian = (-values.length * (Math.log(2 * Math.PI * square) + 1)) / 2;
    const { logLikelihoodRatio } = fitStudent(values)!;
    expect(logLikelihoodRatio).toBeGreaterThanOrEqual(cauchy - gaussian);
    // Two fitted numbers gain about one in the logarithm.
    expect(logLikelihoodRatio).toBeLessThan(cauchy - gaussian + 8);
  });

  test("has nothing to say of few values or zeros", () => {
    expect(fitStudent(new Float64Array(7).fill(1))).toBeNull();
    expect(fitStudent(new Float64Array(50))).toBeNull();
  });
});

describe("tails of noise", () => {
  const tailOf = (entries: Float64Array) => noiseTail(entries, [rows, columns], 1, "layer")!;

  test("Gaussian noise of one variance is called Gaussian", () => {
    const tail = tailOf(gaussians(count * rows * columns, "one variance"));
    expect(tail.verdict).toBe("gaussian");
    expect(tail.powerLaw.reliable).toBe(false);
    const { value, standardError } = tail.raw.excessKurtosis!;
    expect(Math.abs(value)).toBeLessThan(4 * standardError);
    // The kurtosis of n Gaussian values of known mean has a variance of 24 / n.
    expect(standardError / Math.sqrt(24 / tail.raw.count)).toBeGreaterThan(0.5);
    expect(standardError / Math.sqrt(24 / tail.raw.count)).toBeLessThan(2);
  });

  test("Gaussian noise of unequal rows looks stable of index under 2, and so does the control", () => {
    const { normal } = randomStream(8, ["row sizes"]);
    const sizes = Float64Array.from({ length: rows }, () => Math.exp(1.2 * normal()));
    const entries = gaussians(count * rows * columns, "unequal").map(
      (entry, at) => entry * sizes[Math.floor(at / columns) % rows]!,
    );
    const tail = tailOf(entries);
    expect(tail.raw.stable!.value).toBeLessThan(2 - 4 * tail.raw.stable!.standardError);
    expect(tail.raw.student!.pValue).toBeLessThan(1e-6);
    expect(Math.abs(tail.scaled.stable!.value - 2)).toBeLessThan(4 * tail.scaled.stable!.standardError);
    expect(tail.verdict).toBe("unequal-variances");
  });

  test("noise of a stable law is heavy-tailed, or undecided where its onset is no power law", () => {
    const alpha = 1.3;
    const tails = Array.from({ length: 4 }, (_, k) => tailOf(stable(alpha, count * rows * columns, `${k}`)));
    const heavy = tails.filter(({ verdict }) => verdict === "heavy-tailed");
    expect(heavy.length).toBeGreaterThanOrEqual(2);
    for (const { verdict, control, raw } of tails) {
      expect(["heavy-tailed", "undecided"]).toContain(verdict);
      expect(Math.abs(control.stable!.value - 2)).toBeLessThan(0.2);
      expect(raw.stable!.value).toBeLessThan(1.6);
    }
    // Tails of stable laws are steeper than alpha where they begin; under 2 they have no variance.
    for (const { powerLaw, evidence } of heavy) {
      expect(powerLaw.interval![0]).toBeGreaterThan(0.9 * alpha);
      expect(powerLaw.interval![1]).toBeLessThan(2);
      expect(evidence).toContain("no finite variance");
    }
  });

  test("a Laplace law is heavier than a Gaussian and no power law", () => {
    const { uniform } = randomStream(9, ["laplace"]);
    const entries = Float64Array.from(
      { length: count * rows * columns },
      () => (uniform() < 0.5 ? -1 : 1) * Math.log(1 - uniform()),
    );
    const tail = tailOf(entries);
    expect(tail.verdict).toBe("no-power-law");
    expect(tail.raw.excessKurtosis!.value).toBeGreaterThan(2); // 3 in the limit
  });

  test("nothing depends on the unit, zeros have no tail", () => {
    const entries = stable(1.7, 2 * rows * columns, "unit");
    const [one, other] = [tailOf(entries), tailOf(entries.map((entry) => entry * 2 ** -40))];
    expect(other.verdict).toBe(one.verdict);
    expect(Math.abs(other.raw.stable!.value / one.raw.stable!.value - 1)).toBeLessThan(1e-9);
    expect(noiseTail(new Float64Array(rows * columns), [rows, columns], 1, "dead")).toBeNull();
    const sparse = new Float64Array(rows * columns);
    sparse[5] = 1;
    expect(tailOf(sparse)).toMatchObject({ verdict: "undecided", raw: { stable: null, hill: null } });
  });
});
