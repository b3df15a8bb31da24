import { scaledExponentialIntegral } from "../linalg/exponential-integral.ts";
import { increasingRoot } from "../linalg/increasing-root.ts";
import { type Law, type LawEntry, requireOrder, requireProbability } from "./law.ts";

/** A and B of p(x) = A x^beta exp(-B x^2), which make mass and mean 1. */
const constants = {
  1: [Math.PI / 2, Math.PI / 4],
  2: [32 / Math.PI ** 2, 4 / Math.PI],
  4: [2 ** 18 / (3 ** 6 * Math.PI ** 3), 64 / (9 * Math.PI)],
} as const;

/** Beyond this the upper tail of every beta is under 1e-30, and beyond the second under the least number. */
const farRight = 10;
const nothingBeyond = 1e3;

/**
 * The law of the distance between neighbouring eigenvalues, in units of its mean: exact for the smallest
 * matrices, and close for large ones.
 *
 *     p(x) = A x^beta exp(-B x^2)
 *     beta = 1: A = pi/2, B = pi/4;  2: 32/pi^2, 4/pi;  4: 2^18 / (3^6 pi^3), 64 / (9 pi)
 *
 * @param beta - 1 for real matrices, 2 for complex ones, 4 for quaternion ones.
 * @returns the law of the spacing over the mean spacing, dimensionless.
 * @throws {RangeError} If `beta` is none of these.
 * @source Mehta 2004, Random Matrices, 3rd edition, chapter 1; all beta: Haake 2010, Quantum Signatures of
 *   Chaos, 3rd edition, chapter 4.
 * @example
 * ```ts
 * import { wignerSurmise } from "marchenko/laws";
 * wignerSurmise(1).pdf(1); // 0.7162
 * wignerSurmise(1).cdf(1); // 0.5441
 * wignerSurmise(2).variance; // 0.1781
 * ```
 */
export function wignerSurmise(beta: 1 | 2 | 4): Law {
  const [a, b] = constants[beta] ?? [];
  if (a === undefined || b === undefined) throw new RangeError(`beta must be 1, 2 or 4, got ${beta}`);
  const pdf = (x: number): number => (x > 0 && x < nothingBeyond ? a * x ** beta * Math.exp(-b * x * x) : 0);
  /** x p(x) / 2 times the series of the lower incomplete gamma function, for b x^2 < 1. */
  const lower = (x: number): number => {
    let term = 2 / (beta + 1);
    let sum = 0;
    for (let k = 1; sum + term !== sum; k++) {
      sum += term;
      term *= (2 * b * x * x) / (beta + 1 + 2 * k);
    }
    return ((x * pdf(x)) / 2) * sum;
  };
  /** x p(x) / 2 times the scaled upper incomplete gamma function. */
  const upper = (x: number): number =>
    ((x * pdf(x)) / 2) * scaledExponentialIntegral((1 - beta) / 2, b * x * x);
  const cdf = (x: number): number => {
    if (!(x > 0)) return 0;
    if (x > nothingBeyond) return 1;
    return b * x * x < 1 ? lower(x) : 1 - upper(x);
  };
  const survival = (x: number): number => {
    if (!(x > 0)) return 1;
    if (x > nothingBeyond) return 0;
    return b * x * x < 1 ? 1 - lower(x) : upper(x);
  };
  const second = (beta + 1) / (2 * b);
  return Object.freeze({
    id: "wigner-surmise",
    name: `Wigner surmise, beta = ${beta}`,
    support: [0, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean: 1,
    variance: second - 1,
    pdf,
    cdf,
    survival,
    quantile(p: number) {
      requireProbability(p);
      if (p === 0) return 0;
      if (p === 1) return Number.POSITIVE_INFINITY;
      const excess = (x: number) => (p < 0.5 ? cdf(x) - p : 1 - p - survival(x));
      return increasingRoot((x) => [excess(x), pdf(x)], 0, farRight, 1);
    },
    sample: ({ chiSquared }) => Math.sqrt(chiSquared(beta + 1) / (2 * b)),
    moment(k: number) {
      requireOrder(k);
      return [1, second, (beta + 2) / (2 * b), (second * (beta + 3)) / (2 * b)][k - 1]!;
    },
  } satisfies Law);
}

export const wignerSurmiseEntry: LawEntry = {
  id: "wigner-surmise",
  name: "Wigner surmise",
  parameters: [{ name: "beta", meaning: "1 for real matrices, 2 for complex ones, 4 for quaternion ones" }],
  formula: "p(x) = A x^beta exp(-B x^2), A and B such that mass and mean are 1",
  source: "Mehta 2004; Haake 2010",
  examples: () => [wignerSurmise(1), wignerSurmise(2), wignerSurmise(4)],
};
