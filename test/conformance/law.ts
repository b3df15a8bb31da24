import { describe, expect, test } from "vitest";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import type { Law, LawEntry } from "../../src/laws/law.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Spacing of the nodes in t, and how far they reach: beyond, a node weighs under 1e-60. */
const spacing = 1 / 128;
const reach = 7;

/**
 * Integral of f times the density from `from` to `to`, by the trapezoidal rule in t: with ends
 * x = low + (high - low) / (1 + exp(-pi sinh t)), without an upper one x = low + width exp(pi/2 sinh t).
 * Both crowd their nodes at the ends, where a density may bend, vanish as a root or grow like one; the second
 * reaches 1e300, so that a power-law tail is not cut (Takahasi & Mori 1974, double exponential formulas).
 * A law on the whole line is cut at -8 and 8, where it has less than 1e-8 beyond.
 */
function integrate(
  law: Law,
  f: (x: number) => number,
  { from = law.support[0], to = law.support[1] } = {},
): number {
  const wholeLine = law.support[0] === Number.NEGATIVE_INFINITY;
  const low = wholeLine ? -8 : from;
  const high = wholeLine ? Math.min(to, 8) : to;
  const width = Number.isFinite(high) ? high - low : law.quantile((1 + law.cdf(low)) / 2) - low;
  let sum = 0;
  for (let i = -reach / spacing; i <= reach / spacing; i++) {
    const t = i * spacing;
    let x: number;
    let weight: number;
    if (Number.isFinite(high)) {
      const below = 1 / (1 + Math.exp(-Math.PI * Math.sinh(t)));
      const above = 1 / (1 + Math.exp(Math.PI * Math.sinh(t)));
      x = below < above ? low + width * below : high - width * above;
      weight = width * below * above * Math.PI * Math.cosh(t);
    } else {
      const distance = width * Math.exp((Math.PI / 2) * Math.sinh(t));
      x = low + distance;
      weight = (distance * Math.PI * Math.cosh(t)) / 2;
    }
    const density = weight > 0 && x > low ? law.pdf(x) : 0;
    if (density > 0) sum += f(x) * density * weight * spacing;
  }
  return sum;
}

/** What is cut off beyond -8 and 8 of a law on the whole line weighs this much, times x^4. */
const cutError = 2e-6;
/** Error of the quadrature elsewhere, relative. */
const quadratureError = 1e-12;
const errorOf = (law: Law) => (Number.isFinite(law.support[0]) ? quadratureError : cutError);
const probabilities = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999];

/** The battery that every law passes, over the examples that its entry gives. */
export function describeLaw(entry: LawEntry): void {
  describe(entry.name, () => {
    const laws = entry.examples().map((law, i) => [i, law] as const);

    test("has examples, parameters, a formula and a source", () => {
      expect(laws.length).toBeGreaterThan(0);
      expect(entry.parameters.length).toBeGreaterThan(0);
      expect(entry.formula.length * entry.source.length).toBeGreaterThan(0);
      for (const [, law] of laws) expect(law.id).toBe(entry.id);
    });

    test.each(laws)("example %i: the density integrates to the mass beside the atom", (_, law) => {
      expect(Math.abs(integrate(law, () => 1) - (1 - law.atomAtZero))).toBeLessThan(errorOf(law));
    });

    test.each(laws)("example %i: the distribution is the integral of the density", (_, law) => {
      for (const p of probabilities) {
        if (p <= law.atomAtZero) continue;
        const x = law.quantile(p);
        const integral = law.atomAtZero + integrate(law, () => 1, { to: x });
        expect(Math.abs(integral - law.cdf(x))).toBeLessThan(errorOf(law));
      }
    });

    test.each(laws)("example %i: the quantile inverts the distribution", (_, law) => {
      for (const p of probabilities) {
        if (p <= law.atomAtZero) expect(law.quantile(p)).toBe(0);
        else expect(Math.abs(law.cdf(law.quantile(p)) - p)).toBeLessThan(1e-12);
      }
      if (law.atomAtZero === 0) expect(law.quantile(0)).toBe(law.support[0]);
      const [, high] = law.support;
      if (Number.isFinite(high))
        expect(Math.abs(law.quantile(1) / high - 1)).toBeLessThan(4 * Number.EPSILON);
      else expect(law.quantile(1)).toBe(high);
    });

    test.each(laws)("example %i: survival and distribution add up to 1", (_, law) => {
      for (const p of probabilities) {
        const x = law.quantile(p);
        expect(Math.abs(law.survival(x) + law.cdf(x) - 1)).toBeLessThan(1e-13);
      }
    });

    test.each(laws.filter(([, { support }]) => Number.isFinite(support[0]) && !Number.isFinite(support[1])))(
      "example %i: the upper tail keeps its digits",
      (_, law) => {
        for (const p of [0.99, 1 - 1e-6, 1 - 1e-12]) {
          const x = law.quantile(p);
          const tail = integrate(law, () => 1, { from: x });
          expect(Math.abs(tail / law.survival(x) - 1)).toBeLessThan(1e-10);
        }
      },
    );

    test.each(laws)("example %i: mean and variance are those of the moments and of quadrature", (_, law) => {
      expect(Math.abs(law.mean / law.moment(1) - 1) || 0).toBeLessThan(1e-14);
      if (law.moment(2) === Number.POSITIVE_INFINITY) {
        expect(law.variance).toBe(Number.POSITIVE_INFINITY);
        return;
      }
      const spread = Math.sqrt(law.variance) + Math.abs(law.mean);
      const atom = law.atomAtZero * law.mean ** 2;
      const variance = atom + integrate(law, (x) => (x - law.mean) ** 2);
      expect(Math.abs(variance - law.variance)).toBeLessThan(errorOf(law) * spread ** 2);
    });

    test.each(laws)("example %i: the moments agree with quadrature", (_, law) => {
      for (const k of [1, 2, 3, 4]) {
        if (law.moment(k) === Number.POSITIVE_INFINITY) {
          // x^k p(x) falls no faster than 1 / x.
          const [near, far] = [1e10, 1e20].map((factor) => factor * law.quantile(0.5));
          const ratio = (far! / near!) ** (k + 1) * (law.pdf(far!) / law.pdf(near!));
          expect(ratio).toBeGreaterThan(1 - 1e-9);
          continue;
        }
        const size = integrate(law, (x) => Math.abs(x) ** k);
        const moment = integrate(law, (x) => x ** k);
        expect(Math.abs(moment - law.moment(k))).toBeLessThan(errorOf(law) * size);
      }
      for (const k of [0, 5, 1.5, Number.NaN]) expect(() => law.moment(k)).toThrow(RangeError);
    });

    test.each(laws)("example %i: outside the support there is nothing", (_, law) => {
      const [low, high] = law.support;
      if (Number.isFinite(low)) {
        const below = low - 1e-3 * (1 + Math.abs(low));
        const atom = below < 0 ? 0 : law.atomAtZero;
        expect([law.pdf(below), law.cdf(below)]).toEqual([0, atom]);
        expect(Math.abs(law.survival(below) - (1 - atom))).toBeLessThanOrEqual(Number.EPSILON);
      }
      const above = high + 1e-3 * (1 + Math.abs(high));
      expect([law.pdf(above), law.cdf(above), law.survival(above)]).toEqual([0, 1, 0]);
    });

    test.each(laws)("example %i: samples pass the Kolmogorov-Smirnov test", (i, law) => {
      const stream = randomStream(11, ["law-samples", entry.id, i]);
      const samples = Array.from({ length: 400 }, () => law.sample(stream));
      const continuous = samples.filter((x) => law.atomAtZero === 0 || x > 0);
      const sorted = Float64Array.from(continuous).sort();
      const distance = ksDistance(sorted, (x) => (law.cdf(x) - law.atomAtZero) / (1 - law.atomAtZero));
      expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length)); // p = 0.001
      // Zeros are binomial: 3.3 standard deviations have p = 0.001.
      const deviation = Math.sqrt(400 * law.atomAtZero * (1 - law.atomAtZero));
      expect(Math.abs(400 - sorted.length - 400 * law.atomAtZero)).toBeLessThanOrEqual(3.3 * deviation);
    });

    test.each(laws)("example %i: equal streams give equal samples", (i, law) => {
      const draws = [0, 1].map(() => {
        const stream = randomStream(12, [entry.id, i]);
        return Array.from({ length: 5 }, () => law.sample(stream));
      });
      expect(draws[1]).toEqual(draws[0]);
      expect(new Set(draws[0]).size).toBeGreaterThan(1);
    });

    test.each(laws)("example %i: a probability outside [0, 1] is refused", (_, law) => {
      expect(() => law.quantile(-0.1)).toThrow(RangeError);
      expect(() => law.quantile(Number.NaN)).toThrow(RangeError);
    });
  });
}
