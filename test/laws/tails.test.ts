import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exponential } from "../../src/laws/exponential.ts";
import type { Law } from "../../src/laws/law.ts";
import { lognormal } from "../../src/laws/lognormal.ts";
import { powerLaw } from "../../src/laws/power-law.ts";
import { truncatedPowerLaw } from "../../src/laws/truncated-power-law.ts";

describe("laws of a tail above xmin", () => {
  test("agree with mpmath: survival and moments", () => {
    // mpmath 1.4.1, 40 digits: ratios of gammainc(1 - alpha + k, x / lambdaCutoff) and of erfc.
    const cases: [law: Law, survival: [number, number][], moments: [number, number][]][] = [
      [
        truncatedPowerLaw(2, 10, 1),
        [
          [2, 0.3973459276611117],
          [10, 0.020551730648564],
          [100, 5.301040555232139e-8],
        ],
        [
          [1, 2.522920928697357],
          [4, 2767.565525242116],
        ],
      ],
      [
        truncatedPowerLaw(2.5, 1000, 0.01),
        [
          [0.02, 0.3535428559841498],
          [10, 0.00003078237499920784],
          [5000, 3.961308004608156e-12],
        ],
        [
          [1, 0.02983304191446169],
          [4, 63058.03586621064],
        ],
      ],
      [
        truncatedPowerLaw(1, 1e6, 1),
        [
          [2, 0.9476408303485695],
          [1e5, 0.1377008017606474],
        ],
        [
          [1, 75538.34784162423],
          [4, 4.5323054028005905e23],
        ],
      ],
      [
        lognormal(0, 1, 2),
        [
          [2.5, 0.7363821553161464],
          [4, 0.339310128490733],
          [100, 0.000008441502804685026],
        ],
        [
          [1, 4.191037639681026],
          [4, 12205.845123170728],
        ],
      ],
      [
        lognormal(-400, 10, 0.1),
        [
          [0.11, 0.6843191574728803],
          [5, 1.6060620808126637e-7],
        ],
        [
          [1, 0.13352518547755193],
          [3, 0.004031876465320772],
          [4, 0.006054208123204331],
        ],
      ],
      [
        lognormal(2, 0.1, 8),
        [
          [8.1, 0.8391627402548218],
          [9, 0.11378649342277558],
        ],
        [
          [2, 72.04543738265963],
          [4, 5243.531026583816],
        ],
      ],
    ];
    for (const [law, survival, moments] of cases) {
      for (const [x, value] of survival) {
        // Differences of logarithms and exponents up to 1e3 leave 1e-13.
        expect(Math.abs(law.survival(x) / value - 1), `${law.name} beyond ${x}`).toBeLessThan(2e-13);
      }
      for (const [k, value] of moments) {
        expect(Math.abs(law.moment(k) / value - 1), `${law.name}, moment ${k}`).toBeLessThan(1e-12);
      }
    }
  });

  test("a power law whose cutoff is far is a power law, and one with exponent 0 an exponential", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.1, max: 6, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (alpha, p) => {
          // The cutoff's share of log survival is of order (x / lambdaCutoff)^min(1, alpha - 1).
          const power = powerLaw(alpha, 1);
          const x = power.quantile(p);
          const far = truncatedPowerLaw(alpha, 1e300, 1).survival(x);
          const missing = 20 * (x / 1e300) ** Math.min(1, alpha - 1);
          expect(Math.abs(far / power.survival(x) - 1)).toBeLessThan(missing + 1e-12);
          const shifted = exponential(0.5, 1);
          const flat = truncatedPowerLaw(0, 2, 1);
          expect(Math.abs(flat.survival(x) - shifted.survival(x))).toBeLessThan(1e-14);
          expect(Math.abs(flat.quantile(p) / shifted.quantile(p) - 1)).toBeLessThan(1e-13);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("a lognormal far from its mean is nearly a power law", () => {
    // For z = (ln xmin - mu) / tau large, log survival = -(z / tau) ln x (1 + O(1 / z^2)) for ln x << tau z.
    const [z, tau] = [1e4, 1e3];
    const law = lognormal(-z * tau, tau, 1);
    const power = powerLaw(1 + z / tau, 1);
    for (const p of [0.1, 0.5, 0.99])
      expect(Math.abs(law.quantile(p) / power.quantile(p) - 1)).toBeLessThan(1e-6);
  });

  test("quantiles are undone by the tail, to the condition of the problem", () => {
    // x itself is rounded: log survival changes by the hazard x p(x) / (1 - F(x)) times eps, over tau for a lognormal.
    const exponent = fc.double({ min: -6, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        exponent,
        exponent,
        fc.double({ min: 0, max: 6, noNaN: true }),
        exponent,
        (a, b, alpha, e) => {
          for (const law of [
            truncatedPowerLaw(alpha, 10 ** a, 10 ** b),
            truncatedPowerLaw(Math.floor(alpha), 10 ** a, 10 ** b),
            lognormal(30 * (alpha - 3), 10 ** (a / 3), 10 ** (b / 3)),
            lognormal(30 * (alpha - 3), 10 ** (a / 3)),
          ]) {
            const p = 1 - 10 ** (-Math.abs(e) - 0.01);
            const x = law.quantile(p);
            if (!(x > 1e-300 && x < 1e300)) continue;
            const condition = 1 + (x * law.pdf(x)) / law.survival(x) + Math.abs(Math.log(x));
            expect(Math.abs(law.survival(x) / (1 - p) - 1), law.name).toBeLessThan(
              200 * Number.EPSILON * condition,
            );
          }
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test("are the same laws in other units", () => {
    const make = (unit: number): Law[] => [
      powerLaw(2.5, 0.3 * unit),
      truncatedPowerLaw(1.5, 4 * unit, 0.3 * unit),
      lognormal(0.2 + Math.log(unit), 0.7, 0.3 * unit),
      exponential(2 / unit, 0.3 * unit),
    ];
    fc.assert(
      fc.property(
        fc.double({ min: -8, max: 8, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (exponent, p) => {
          const unit = 10 ** exponent;
          for (const [i, law] of make(unit).entries()) {
            const x = make(1)[i]!.quantile(p);
            expect(Math.abs(law.quantile(p) / (unit * x) - 1)).toBeLessThan(1e-13 * (1 + Math.abs(exponent)));
          }
        },
      ),
      { seed: 2, numRuns: 100 },
    );
  });

  test("refuse parameters out of their range", () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => powerLaw(2, bad)).toThrow(RangeError);
      expect(() => truncatedPowerLaw(2, bad, 1)).toThrow(RangeError);
      expect(() => truncatedPowerLaw(2, 1, bad)).toThrow(RangeError);
      expect(() => lognormal(0, bad)).toThrow(RangeError);
      expect(() => exponential(bad)).toThrow(RangeError);
    }
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => truncatedPowerLaw(bad, 1, 1)).toThrow(RangeError);
      expect(() => lognormal(0, 1, bad)).toThrow(RangeError);
      expect(() => exponential(1, bad)).toThrow(RangeError);
    }
    expect(() => powerLaw(1, 1)).toThrow(RangeError);
    expect(() => lognormal(Number.NaN, 1)).toThrow(RangeError);
  });
});
