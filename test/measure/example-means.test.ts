import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";
import { estimateFields, exampleMean, exampleRatio } from "../../src/measure/example-means.ts";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 });

describe("a mean over examples", () => {
  it("is the mean, and its error the deviation over the root of their number", () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(0, 1e9), (xs, offset) => {
        const mean = exampleMean();
        for (const x of xs) mean.add(x + offset);
        const { value, standardError } = mean.estimate();
        const n = xs.length;
        const center = xs.reduce((a, b) => a + b, 0) / n;
        const error = Math.sqrt(xs.reduce((sum, x) => sum + (x - center) ** 2, 0) / (n - 1) / n);
        // 40 roundings of numbers of the size of the offset.
        const tolerance = 40 * 2 ** -52 * (1e6 + offset);
        expect(Math.abs(value! - offset - center)).toBeLessThan(tolerance);
        expect(Math.abs(standardError! - error)).toBeLessThan(tolerance);
      }),
    );
  });

  it.each([
    [[], /no examples/],
    [[1, Number.NaN], /no finite number/],
    [[1, Number.POSITIVE_INFINITY], /no finite number/],
  ])("of %j is null for a reason", (xs, reason) => {
    const mean = exampleMean();
    for (const x of xs) mean.add(x);
    const found = mean.estimate();
    expect([found.value, found.standardError]).toEqual([null, null]);
    expect(found.reason).toMatch(reason);
    const { fields, reasons } = estimateFields({ loss: found }, "a.");
    expect(fields).toEqual({ loss: null, lossStandardError: null });
    expect(Object.keys(reasons)).toEqual(["a.loss", "a.lossStandardError"]);
  });
});

describe("a ratio over examples", () => {
  it("with wholes of 1 is a mean", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 2, maxLength: 40 }), (xs) => {
        const [mean, ratio] = [exampleMean(), exampleRatio()];
        for (const x of xs) {
          mean.add(x);
          ratio.add(x, 1);
        }
        expect(ratio.estimate().value).toBeCloseTo(mean.estimate().value!, 14);
        expect(ratio.estimate().standardError).toBeCloseTo(mean.estimate().standardError!, 12);
      }),
    );
  });

  it("has an error that tells how ratios of other examples differ", () => {
    const draws = randomStream(1, ["ratios"]);
    const found = Array.from({ length: 400 }, () => {
      const ratio = exampleRatio();
      for (let i = 0; i < 200; i++) {
        const whole = 1 + Math.floor(9 * draws.uniform());
        ratio.add(Math.floor((whole + 1) * draws.uniform()), whole);
      }
      return ratio.estimate();
    });
    const mean = found.reduce((sum, { value }) => sum + value!, 0) / found.length;
    const deviation = Math.sqrt(found.reduce((sum, { value }) => sum + (value! - mean) ** 2, 0) / 399);
    const stated = found.reduce((sum, { standardError }) => sum + standardError!, 0) / found.length;
    // The deviation of 400 draws has a relative error of 1 / sqrt 800; four of them.
    expect(Math.abs(stated / deviation - 1)).toBeLessThan(4 / Math.sqrt(800));
  });

  it("of nothing is null", () => {
    const ratio = exampleRatio();
    ratio.add(0, 0);
    expect(ratio.estimate().value).toBeNull();
  });
});
