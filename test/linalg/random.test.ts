import kstest from "@stdlib/stats-kstest";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/linalg/random.ts";

describe("a random stream", () => {
  test("is the same for the same seed and purpose, and another for any other", () => {
    const draws = (seed: number, purpose: (string | number)[]) => {
      const stream = randomStream(seed, purpose);
      return Array.from({ length: 8 }, () => stream.uniform());
    };
    expect(draws(1, ["a", 2])).toEqual(draws(1, ["a", 2]));
    const others = [
      draws(1, ["a", 2]),
      draws(2, ["a", 2]),
      draws(1, ["a", 3]),
      draws(1, ["a2"]),
      draws(1, []),
    ];
    expect(new Set(others.map(String)).size).toBe(others.length);
  });

  test("gives the draws that it always gave", () => {
    // Golden: pins the generator, so that results of an old version can be had again.
    const stream = randomStream(0, ["golden"]);
    expect([stream.uniform(), stream.uniform(), stream.normal()]).toMatchInlineSnapshot(`
      [
        0.951278186370345,
        0.8533958521902079,
        -0.6223471612491582,
      ]
    `);
  });

  test.each([0, 1, 2, 7, 1001])("fills %d places with the normals that come one by one", (count) => {
    for (const before of [0, 1]) {
      const [filled, single] = [randomStream(5, ["fill"]), randomStream(5, ["fill"])];
      for (let i = 0; i < before; i++) expect(filled.normal()).toBe(single.normal());
      const target = new Float64Array(count);
      filled.fillNormal(target);
      expect(Array.from(target)).toEqual(Array.from({ length: count }, () => single.normal()));
      // What comes next is the same, too: the second normal of a pair, and the words behind it.
      expect([filled.normal(), filled.uniform()]).toEqual([single.normal(), single.uniform()]);
    }
  });

  test("goes on from where another stood", () => {
    const stream = randomStream(6, ["position"]);
    for (let i = 0; i < 3; i++) stream.normal();
    const other = randomStream(7, ["elsewhere"]);
    other.resume(stream.position());
    for (let i = 0; i < 5; i++) expect(other.normal()).toBe(stream.normal());
    expect(other.uniform()).toBe(stream.uniform());
  });

  test("is uniform and normal, by the Kolmogorov-Smirnov test", () => {
    for (const seed of [1, 2, 3]) {
      const stream = randomStream(seed, ["ks"]);
      const uniform = Array.from({ length: 2000 }, () => stream.uniform());
      const normal = Array.from({ length: 2000 }, () => stream.normal());
      expect(kstest(uniform, "uniform", 0, 1).pValue).toBeGreaterThan(0.001);
      expect(kstest(normal, "normal", 0, 1).pValue).toBeGreaterThan(0.001);
    }
  });

  test("is chi-squared, by the Kolmogorov-Smirnov test, for few and many degrees of freedom", () => {
    for (const k of [0.5, 1, 3, 40, 3072]) {
      const stream = randomStream(1, ["chi-squared", k]);
      const draws = Array.from({ length: 2000 }, () => stream.chiSquared(k));
      expect(kstest(draws, "chisquare", k).pValue, `k = ${k}`).toBeGreaterThan(0.001);
    }
  });

  test("has no correlation between neighbours or between streams of like purpose", () => {
    const n = 20_000;
    const a = randomStream(5, ["null", 1]);
    const b = randomStream(5, ["null", 2]);
    let neighbours = 0;
    let streams = 0;
    let previous = a.normal();
    for (let i = 0; i < n; i++) {
      const next = a.normal();
      neighbours += next * previous;
      streams += next * b.normal();
      previous = next;
    }
    // Means of n products of independent normals: standard deviation 1 / sqrt n, four of them.
    expect(Math.abs(neighbours / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(streams / n)).toBeLessThan(4 / Math.sqrt(n));
  });
});
