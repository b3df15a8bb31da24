import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scaledExponentialIntegral } from "../../src/linalg/exponential-integral.ts";

describe("the generalised exponential integral", () => {
  // mpmath 1.4.1, 40 digits: exp(z) expint(p, z), as [p, z, value].
  const reference: [p: number, z: number, value: number][] = [
    [-3.5, 1e-12, 1.1631728396579081e55],
    [-3.5, 0.3, 3538.8171328763974],
    [-3.5, 1, 31.34853602467736],
    [-3.5, 1.0001, 31.337466684486348],
    [-3.5, 50, 0.02147212079600526],
    [-0.6, 1e-12, 14161263944469895000],
    [-0.6, 0.3, 7.575813217586357],
    [-0.6, 1, 1.4791091741424665],
    [-0.6, 1.0001, 1.4789204500847093],
    [-0.6, 50, 0.02023813134103239],
    [0, 1e-12, 1000000000000],
    [0, 0.3, 3.3333333333333335],
    [0, 1, 1],
    [0, 1.0001, 0.9999000099990001],
    [0, 50, 0.02],
    [0.4, 1e-12, 23602104.907449827],
    [0.4, 0.3, 2.121239942126512],
    [0.4, 1, 0.7985152902374442],
    [0.4, 1.0001, 0.7984472368828631],
    [0.4, 50, 0.019844278419365716],
    [0.5, 1e-12, 1772451.8509072885],
    [0.5, 0.3, 1.9157971468645816],
    [0.5, 1, 0.7578721561413121],
    [0.5, 1.0001, 0.7578100550906657],
    [0.5, 50, 0.019805719294346383],
    [1, 1e-12, 27.05380545105507],
    [1, 0.3, 1.2225356050805856],
    [1, 1, 0.5963473623231941],
    [1, 1.0001, 0.5963070000409293],
    [1, 50, 0.01961510993011487],
    [1.0000001, 1e-12, 27.053768773422096],
    [1.0000001, 0.3, 1.2225355065881978],
    [1.0000001, 1, 0.5963473357266565],
    [1.0000001, 1.0001, 0.5963069734476952],
    [1.0000001, 50, 0.019615109892353315],
    [1.499, 1e-12, 2.0040043716639104],
    [1.499, 0.3, 0.8510765188318716],
    [1.499, 1, 0.4844439455307586],
    [1.499, 1.0001, 0.48441656541711586],
    [1.499, 50, 0.019428441146762784],
    [1.5, 1e-12, 1.9999964550962983],
    [1.5, 0.3, 0.8505217118812511],
    [1.5, 1, 0.4842556877173758],
    [1.5, 1.0001, 0.4842283278076505],
    [1.5, 50, 0.019428070565361572],
    [2.5, 1e-12, 0.6666666666653334],
    [2.5, 0.3, 0.49656232429041647],
    [2.5, 1, 0.3438295415217495],
    [2.5, 1.0001, 0.3438154995730458],
    [2.5, 50, 0.019064314487947598],
    [4.7, 1e-12, 0.27027027027017014],
    [4.7, 0.3, 0.24434656618563683],
    [4.7, 1, 0.2026170420637692],
    [4.7, 1.0001, 0.20261227220417205],
    [4.7, 50, 0.018309377601202614],
    [40, 1e-12, 0.025641025641024967],
    [40, 0.3, 0.025440224247225435],
    [40, 1, 0.024984006149766282],
    [40, 1.0001, 0.024983942174533348],
    [40, 50, 0.0111655749652307],
  ];

  test("agrees with mpmath for orders of either sign, whole, half and nearly whole", () => {
    for (const [p, z, value] of reference) {
      // Lentz's method takes 100 steps at z = 1, each with a rounding or two.
      const error = Math.abs(scaledExponentialIntegral(p, z) / value - 1);
      expect(error, `p = ${p}, z = ${z}`).toBeLessThan(1e-14);
    }
  });

  test("lies between 1 / (z + p) and 1 / (z + p - 1) for p >= 1, however far z", () => {
    // DLMF 8.19.21.
    const order = fc.double({ min: 1, max: 30, noNaN: true });
    const exponent = fc.double({ min: -40, max: 6, noNaN: true });
    fc.assert(
      fc.property(order, exponent, (p, e) => {
        const z = 10 ** e;
        const value = scaledExponentialIntegral(p, z);
        expect(value * (z + p)).toBeGreaterThan(1 - 1e-14);
        expect(value * (z + p - 1)).toBeLessThan(1 + 1e-14);
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(scaledExponentialIntegral(2, Number.POSITIVE_INFINITY)).toBe(0);
  });

  test("has no step in order or argument where one way of reckoning ends", () => {
    for (const z of [1e-6, 0.5, 1, 3]) {
      for (const p of [-1, 0, 0.5, 1, 1.5, 2.5]) {
        const [below, above] = [-1e-9, 1e-9].map((shift) => scaledExponentialIntegral(p + shift, z));
        // d ln F / dp is at most ln(1 / z) + 2 here.
        expect(Math.abs(below! / above! - 1)).toBeLessThan(2e-9 * (Math.log(1 / z) + 4));
      }
    }
  });
});
