import { describe, expect, test } from "vitest";
import { distributionTable } from "../../src/laws/distribution-table.ts";
import { generalizedMarchenkoPastur } from "../../src/laws/generalized-marchenko-pastur.ts";
import type { Law } from "../../src/laws/law.ts";
import { marchenkoPastur } from "../../src/laws/marchenko-pastur.ts";
import { separableLaw } from "../../src/laws/separable-law.ts";

/** Variances at the quantiles of the log-uniform law on [1 / ratio, ratio]. */
const logUniform = (count: number, ratio: number) =>
  Array.from({ length: count }, (_, i) => ratio ** ((2 * i + 1) / count - 1));

const laws: Record<string, Law> = {
  plain: marchenkoPastur(0.25, 1),
  square: marchenkoPastur(1, 1),
  "nearly square": marchenkoPastur(768 / 769, 3),
  separable: separableLaw(logUniform(300, 20), logUniform(100, 20)),
  wide: separableLaw(logUniform(300, 1000), logUniform(200, 1000)),
  "two bulks that nearly touch": generalizedMarchenkoPastur([1, 5], [2 / 3, 1 / 3], 0.25),
  "three bulks": generalizedMarchenkoPastur([1, 10, 100], [0.2, 0.5, 0.3], 0.02),
  "with an atom": generalizedMarchenkoPastur([1, 2], [0.7, 0.3], 3),
  "a far tail": generalizedMarchenkoPastur([1, 1000], [0.99, 0.01], 0.5),
};

describe.each(Object.entries(laws))("the table of a distribution: %s", (_, law) => {
  const table = distributionTable(law);
  const [low, high] = law.support;

  test("is within 1e-6 of the law, everywhere", () => {
    let worst = 0;
    for (let i = 0; i <= 2000; i++) {
      // Crowded at both ends by turns.
      const sine = Math.sin((Math.PI * i) / 4000) ** (i % 2 ? 2 : 4);
      const x = low + (high - low) * (i % 4 < 2 ? sine : 1 - sine);
      worst = Math.max(worst, Math.abs(table.cdf(x) - law.cdf(x)));
    }
    expect(worst).toBeLessThan(1e-6);
    expect(table.cdf(-1)).toBe(0);
    expect(table.cdf(0.5 * low)).toBeCloseTo(law.atomAtZero, 12);
    expect(table.cdf(2 * high)).toBe(1);
  });

  test("integrates quantiles: all of them to the mean, a part by parts", () => {
    expect(Math.abs(table.quantileIntegral(0, 1) / law.mean - 1)).toBeLessThan(1e-6);
    const whole = table.quantileIntegral(0.1, 0.9);
    const halves = table.quantileIntegral(0.1, 0.6) + table.quantileIntegral(0.6, 0.9);
    expect(Math.abs(halves / whole - 1)).toBeLessThan(1e-13);
    // Quantiles rise: a share of their mass lies between those at its ends.
    const [from, to] = [law.quantile(0.85), law.quantile(0.9)];
    const mean = table.quantileIntegral(0.85, 0.9) / 0.05;
    expect(mean).toBeGreaterThan(from * (1 - 1e-5));
    expect(mean).toBeLessThan(to * (1 + 1e-5));
  });
});

test("the table takes few values of the law", () => {
  let asked = 0;
  const law = marchenkoPastur(0.25, 1);
  const counted = {
    ...law,
    cdf: (x: number) => {
      asked++;
      return law.cdf(x);
    },
  };
  const table = distributionTable(counted);
  for (let i = 0; i < 1000; i++) table.cdf(0.25 + i / 500);
  expect(asked).toBeLessThan(100);
});
