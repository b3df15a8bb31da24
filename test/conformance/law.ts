import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import type { Law, LawEntry } from "../../src/laws/law.ts";
import { gaussLegendre } from "../../src/linalg/gauss-legendre.ts";
import { randomStream } from "../../src/linalg/random.ts";

const rule = gaussLegendre(40);

/**
 * Integral of f over the law's continuous part, by the substitution that flattens square-root edges,
 * x = a + (b - a) sin^2 t, on pieces that shrink towards the lower edge, where the density may bend within
 * any distance. Infinite ends are cut where the law has less than 1e-9 beyond.
 */
function integrate(law: Law, f: (x: number) => number, upTo = Number.POSITIVE_INFINITY): number {
  const low = Number.isFinite(law.support[0]) ? law.support[0] : -8;
  const top = Number.isFinite(law.support[1]) ? law.support[1] : 8;
  const full = Math.asin(Math.sqrt(Math.min(1, Math.max(0, (Math.min(upTo, top) - low) / (top - low)))));
  let sum = 0;
  for (let piece = 0, end = full; piece < 30; piece++, end /= 2) {
    const start = piece === 29 ? 0 : end / 2;
    for (let i = 0; i < rule.nodes.length; i++) {
      const t = start + ((end - start) / 2) * (1 + rule.nodes[i]!);
      const x = low + (top - low) * Math.sin(t) ** 2;
      const weight = ((end - start) / 2) * rule.weights[i]!;
      sum += weight * f(x) * law.pdf(x) * (top - low) * Math.sin(2 * t);
    }
  }
  return sum;
}

/** What is cut off beyond -8 and 8 of a law without ends weighs this much, times x^2. */
const quadratureError = 2e-6;
/** Error of the quadrature where the support has ends. */
const compactError = 1e-12;
const errorOf = (law: Law) => (law.support.every(Number.isFinite) ? compactError : quadratureError);
const probabilities = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999];

/** The battery that every law passes, over the examples that its entry gives. */
export function describeLaw(entry: LawEntry): void {
  describe(entry.name, () => {
    const laws = entry.examples().map((law, i) => [i, law] as const);

    test("has examples, parameters, a formula and a source", () => {
      expect(laws.length).toBeGreaterThan(0);
      expect(entry.parameters.length).toBeGreaterThan(0);
      expect(entry.formula.length * entry.source.length).toBeGreaterThan(0);
    });

    test.each(laws)("example %i: the density integrates to the mass beside the atom", (_, law) => {
      expect(Math.abs(integrate(law, () => 1) - (1 - law.atomAtZero))).toBeLessThan(errorOf(law));
    });

    test.each(laws)("example %i: the distribution is the integral of the density", (_, law) => {
      for (const p of probabilities) {
        if (p <= law.atomAtZero) continue;
        const x = law.quantile(p);
        expect(Math.abs(law.atomAtZero + integrate(law, () => 1, x) - law.cdf(x))).toBeLessThan(
          quadratureError,
        );
      }
    });

    test.each(laws)("example %i: the quantile inverts the distribution", (_, law) => {
      for (const p of probabilities) {
        if (p <= law.atomAtZero) expect(law.quantile(p)).toBe(0);
        else expect(Math.abs(law.cdf(law.quantile(p)) - p)).toBeLessThan(1e-12);
      }
      expect(law.quantile(0)).toBeLessThanOrEqual(law.quantile(1));
    });

    test.each(laws)("example %i: survival and distribution add up to 1", (_, law) => {
      for (const p of probabilities) {
        const x = law.quantile(p);
        expect(Math.abs(law.survival(x) + law.cdf(x) - 1)).toBeLessThan(1e-13);
      }
    });

    test.each(laws)("example %i: mean and variance agree with quadrature", (_, law) => {
      const spread = Math.sqrt(law.variance) + Math.abs(law.mean);
      const mean = integrate(law, (x) => x);
      expect(Math.abs(mean - law.mean)).toBeLessThan(errorOf(law) * spread);
      const variance = integrate(law, (x) => x * x) - law.mean ** 2;
      expect(Math.abs(variance - law.variance)).toBeLessThan(errorOf(law) * spread ** 2);
    });

    test.each(laws)("example %i: outside the support there is nothing", (_, law) => {
      for (const end of law.support) {
        if (!Number.isFinite(end)) continue;
        const outside = end === law.support[0] ? end - 1e-3 * (1 + Math.abs(end)) : end * 1.001;
        expect(law.pdf(outside)).toBe(0);
      }
      expect(law.cdf(law.quantile(1) + 1)).toBe(1);
      expect(law.survival(law.quantile(1) + 1)).toBe(0);
    });

    test.each(laws)("example %i: samples by inversion pass the Kolmogorov-Smirnov test", (i, law) => {
      const stream = randomStream(11, ["law-samples", entry.id, i]);
      const continuous = Array.from({ length: 400 }, () => law.quantile(stream.uniform())).filter(
        (x) => law.atomAtZero === 0 || x > 0,
      );
      const sorted = Float64Array.from(continuous).sort();
      const distance = ksDistance(sorted, (x) => (law.cdf(x) - law.atomAtZero) / (1 - law.atomAtZero));
      expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length)); // p = 0.001
    });

    test.each(laws)("example %i: a probability outside [0, 1] is refused", (_, law) => {
      expect(() => law.quantile(-0.1)).toThrow(RangeError);
      expect(() => law.quantile(Number.NaN)).toThrow(RangeError);
    });
  });
}
