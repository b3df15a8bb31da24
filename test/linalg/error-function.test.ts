import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erf, erfc, inverseErf, inverseErfc, scaledErfc } from "../../src/linalg/error-function.ts";

describe("the error function", () => {
  test("agrees with scipy, its complement and its scaled complement too", () => {
    // scipy.special.erf, erfc and erfcx, scipy 1.17.1, as [x, erf, erfc, erfcx].
    const reference = [
      [-5, -0.9999999999984626, 1.9999999999984626, 144009798674.66104],
      [-1, -0.8427007929497148, 1.8427007929497148, 5.008980080762283],
      [-0.3, -0.3286267594591274, 1.3286267594591274, 1.4537492328427655],
      [1e-8, 1.1283791670955125e-8, 0.9999999887162083, 0.9999999887162083],
      [0.5, 0.5204998778130465, 0.4795001221869535, 0.6156903441929258],
      [0.999, 0.8422852702064969, 0.1577147297935031, 0.4278569426214168],
      [1.001, 0.8431154854780762, 0.15688451452192373, 0.4273105184333951],
      [2, 0.9953222650189527, 0.004677734981047266, 0.2553956763105058],
      [5, 0.9999999999984626, 1.5374597944280347e-12, 0.11070463773306861],
      [10, 1, 2.0884875837625446e-45, 0.05614099274382259],
      [26, 1, 5.663192408856145e-296, 0.02168358485056291],
    ] as const;
    for (const [x, value, complement, scaled] of reference) {
      expect(Math.abs(erf(x) / value - 1), `erf(${x})`).toBeLessThan(2e-15);
      expect(Math.abs(erfc(x) / complement - 1), `erfc(${x})`).toBeLessThan((10 + x * x) * 1e-15);
      expect(Math.abs(scaledErfc(x) / scaled - 1), `erfcx(${x})`).toBeLessThan(1e-14);
    }
  });

  test("has its limits at infinity", () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect([erf(infinity), erf(-infinity), erfc(infinity), erfc(-infinity)]).toEqual([1, -1, 0, 2]);
    expect([scaledErfc(infinity), inverseErfc(0), inverseErfc(2)]).toEqual([0, infinity, -infinity]);
  });

  test("is undone by its inverse, to the condition of the problem", () => {
    const exponent = fc.double({ min: -300, max: 0, noNaN: true });
    fc.assert(
      fc.property(exponent, fc.double({ min: -0.99, max: 0.99, noNaN: true }), (e, p) => {
        const q = 10 ** e;
        // d ln erfc / d ln x is -2 x^2 far out.
        const x = inverseErfc(q);
        expect(Math.abs(erfc(x) / q - 1)).toBeLessThan((20 + 4 * x * x) * 1e-15);
        expect(Math.abs(erf(inverseErf(p)) - p)).toBeLessThanOrEqual(1e-15);
        expect(Math.abs(inverseErf(q / 2) * 2 - q * Math.sqrt(Math.PI) * 0.5)).toBeLessThan(
          q * (q * q + 1e-14),
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
