import kstest from "@stdlib/stats-kstest";
import { describe, expect, test } from "vitest";
import { localisation } from "../../src/fits/localisation.ts";
import { smallestPValue } from "../../src/fits/spikes.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** A unit vector of random direction. */
function randomVector(length: number, key: number): Float64Array {
  const { normal } = randomStream(5, ["localisation", length, key]);
  const vector = Float64Array.from({ length }, normal);
  const norm = Math.hypot(...vector);
  return vector.map((entry) => entry / norm);
}

describe("localisation", () => {
  test("gives random vectors p-values that are uniform, and a third of their length", () => {
    for (const length of [64, 400]) {
      const draws = 500;
      const found = Array.from({ length: draws }, (_, key) => localisation(randomVector(length, key)));
      const pValues = found.map(({ porterThomasPValue }) => Math.min(porterThomasPValue, 1));
      // The table says no more than 0.99 to 1 at its end.
      expect(kstest(pValues, "uniform", 0, 1).pValue, `length ${length}`).toBeGreaterThan(0.001);
      const mean = found.reduce((sum, each) => sum + each.participationRatio, 0) / draws;
      // E sum v^4 = 3 / (n + 2) on the sphere; its inverse is larger by its variance over its mean squared, under 24 / (9 n).
      expect(mean).toBeGreaterThan((length + 2) / 3 - 1);
      expect(mean).toBeLessThan(((length + 2) / 3) * (1 + 24 / (9 * length)) + 1);
      // One vector in a hundred has a coordinate that a random one has not.
      const marked = found.filter(({ coordinates }) => coordinates.length > 0).length;
      expect(marked).toBeLessThan(draws * 0.01 + 4 * Math.sqrt(draws * 0.01));
    }
  });

  test("knows vectors of one, of two and of all coordinates", () => {
    const single = new Float64Array(200);
    single[17] = -1;
    expect(localisation(single)).toEqual({
      participationRatio: 1,
      porterThomasPValue: expect.any(Number),
      coordinates: [{ index: 17, share: 1 }],
    });
    expect(localisation(single).porterThomasPValue).toBeLessThan(1e-100);
    expect(localisation(single).porterThomasPValue).toBeGreaterThanOrEqual(smallestPValue);
    const pair = new Float64Array(200);
    [pair[3], pair[150]] = [Math.SQRT1_2, -Math.SQRT1_2];
    expect(localisation(pair).participationRatio).toBeCloseTo(2, 12);
    expect(localisation(pair).coordinates.map(({ index }) => index)).toEqual([3, 150]);
    const flat = new Float64Array(200).fill(Math.sqrt(1 / 200));
    expect(localisation(flat).participationRatio).toBeCloseTo(200, 9);
    expect(localisation(flat).coordinates).toEqual([]);
    // All alike is as unlike a random vector as can be.
    expect(localisation(flat).porterThomasPValue).toBeLessThan(1e-10);
  });
});
