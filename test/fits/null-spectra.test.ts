import kstest from "@stdlib/stats-kstest";
import { describe, expect, test } from "vitest";
import { lowerEdgePValue, upperEdge } from "../../src/fits/edge-law.ts";
import { drawnConcentration, nullConcentration } from "../../src/fits/null-concentration.ts";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { tracyWidom } from "../../src/laws/tracy-widom.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian } from "../noise.ts";

describe("spectra of simulated noise", () => {
  test("are those of dense Gaussian matrices, for the extremes and the trace", async () => {
    const [larger, smaller, draws] = [40, 15, 300];
    const drawn = drawNullSpectra(larger, smaller, 5, draws);
    const statistics: ((ascending: ArrayLike<number>) => number)[] = [
      (values) => values[0]!,
      (values) => values[smaller - 1]!,
      (values) => Array.from(values).reduce((sum, value) => sum + value, 0),
    ];
    const dense: Float64Array[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const { singularValues } = await computeSpectrum(gaussian(larger, smaller, 1, `dense ${draw}`));
      dense.push(singularValues.map((s) => (s * s) / larger).reverse());
    }
    for (const statistic of statistics) {
      const ours = Array.from({ length: draws }, (_, d) =>
        statistic(drawn.eigenvalues.subarray(d * smaller, (d + 1) * smaller)),
      ).sort((a, b) => a - b);
      const theirs = dense.map(statistic);
      // Two samples of 300: KS by the distribution of the pooled first sample, p = 0.001 at 1.95 sqrt(2 / n).
      const cdf = (x: number) => ours.filter((value) => value <= x).length / draws;
      const distance = Math.max(
        ...theirs.map((x) => Math.abs(cdf(x) - theirs.filter((y) => y <= x).length / draws)),
      );
      expect(distance).toBeLessThan(1.95 * Math.sqrt(2 / draws));
    }
  });

  test("have a largest eigenvalue that follows Tracy-Widom", () => {
    const [larger, smaller, draws] = [300, 100, 500];
    const { eigenvalues } = drawNullSpectra(larger, smaller, 6, draws);
    const { centre, width } = upperEdge(larger, smaller);
    const law = tracyWidom(1);
    const probabilities = Array.from({ length: draws }, (_, d) =>
      law.cdf((eigenvalues[(d + 1) * smaller - 1]! * larger - centre) / width),
    );
    expect(kstest(probabilities, "uniform", 0, 1).pValue).toBeGreaterThan(0.001);
  });

  test("have a smallest eigenvalue that follows the law of its edge, soft or square", () => {
    for (const [larger, smaller] of [
      [300, 100],
      [120, 90],
      [80, 80],
    ] as const) {
      const draws = 500;
      const { eigenvalues } = drawNullSpectra(larger, smaller, 7, draws);
      const pValues = Array.from(
        { length: draws },
        (_, d) => lowerEdgePValue(eigenvalues[d * smaller]! * larger, larger, smaller)!,
      );
      expect(kstest(pValues, "uniform", 0, 1).pValue, `${larger} x ${smaller}`).toBeGreaterThan(0.001);
    }
  });

  test("depend on the seed and the shape, and on nothing else", () => {
    const first = drawNullSpectra(30, 20, 1, 3);
    expect(drawNullSpectra(30, 20, 1, 3)).toEqual(first);
    expect(drawNullSpectra(30, 20, 2, 3)).not.toEqual(first);
    // More draws go on with the same stream. Four spectra are computed together: their last bits may differ.
    const more = drawNullSpectra(30, 20, 1, 5).eigenvalues;
    for (const [i, value] of first.eigenvalues.entries()) {
      expect(Math.abs(more[i]! - value)).toBeLessThan(4 * Number.EPSILON * 20);
    }
  });
});

describe("the spectral concentration of noise", () => {
  test("lies about the ratio of the bulk edges: 3 for an aspect ratio of 1/4", () => {
    const null4 = drawnConcentration(drawNullSpectra(1600, 400, 0, 49), 0)!;
    expect(null4.low).toBeLessThanOrEqual(null4.median);
    expect(null4.median).toBeLessThanOrEqual(null4.high);
    expect(null4.median).toBeGreaterThan(2.8);
    expect(null4.median).toBeLessThan(3);
    expect(null4.mostZeros).toBe(0);
  });

  test("counts what a coarse dtype makes zero, and gives up where that is all", () => {
    const spectra = drawNullSpectra(64, 64, 0, 49);
    const coarse = drawnConcentration(spectra, 0.5)!;
    expect(coarse.mostZeros).toBeGreaterThan(0);
    expect(coarse.high).toBeLessThan(drawnConcentration(spectra, 0)!.high);
    expect(drawnConcentration(spectra, 100)).toBeNull();
  });

  test("is that of simulated noise by the laws of the edges, and says where these don't hold", () => {
    for (const [larger, smaller] of [
      [128, 128],
      [129, 128],
      [160, 128],
      [512, 128],
    ] as const) {
      const draws = 2000;
      const drawn = drawnConcentration(drawNullSpectra(larger, smaller, 8, draws), 0)!;
      const law = nullConcentration(larger, smaller, 0)!;
      // The chance of a simulated quantile, 3 standard deviations of 2000 draws as a share of the spread of the 90 %,
      // which the 5 and 95 % points of heavy tails take in logarithms; and 3 % for the laws at this order.
      const spread = Math.log(drawn.high / drawn.low);
      for (const [key, share] of [
        ["low", 0.06],
        ["median", 0.06],
        ["high", 0.15],
      ] as const) {
        const off = Math.abs(Math.log(law[key] / drawn[key]));
        expect(off, `${larger} x ${smaller} ${key}`).toBeLessThan(
          share * spread + 0.03 * Math.log(drawn[key]),
        );
      }
      expect(law.mostZeros).toBe(0);
    }
    expect(nullConcentration(127, 127, 0)).toBeNull();
    expect(nullConcentration(133, 128, 0)).toBeNull();
    expect(nullConcentration(128, 128, 0.05)).toBeNull();
    expect(nullConcentration(512, 128, 0.05)).not.toBeNull();
  });
});
