import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/**
 * The power law (Pareto law) above a smallest value.
 *
 *     p(x) = (alpha - 1) / xmin (x / xmin)^-alpha   on [xmin, infinity)
 *
 * The k-th moment is infinite unless `alpha > k + 1`.
 *
 * @param alpha - exponent of the density, > 1.
 * @param xmin - where the tail begins, in the unit of x, > 0.
 * @returns the law of x, in the unit of `xmin`; mean and variance may be infinite.
 * @throws {RangeError} If `alpha` is not above 1, or either is not a positive finite number.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, table 2.1.
 * @example
 * ```ts
 * import { powerLaw } from "marchenko/laws";
 * const law = powerLaw(3, 2);
 * law.mean; // 4
 * law.survival(20); // 0.01
 * law.quantile(0.75); // 4
 * ```
 */
export function powerLaw(alpha: number, xmin: number): Law {
  requirePositive("alpha - 1", alpha - 1);
  requirePositive("xmin", xmin);
  const moment = (k: number): number => {
    requireOrder(k);
    return alpha > k + 1 ? xmin ** k * ((alpha - 1) / (alpha - 1 - k)) : Number.POSITIVE_INFINITY;
  };
  const quantile = (p: number): number => {
    requireProbability(p);
    return p === 0 ? xmin : xmin * Math.exp(-Math.log1p(-p) / (alpha - 1));
  };
  return Object.freeze({
    id: "power-law",
    name: "Power law",
    support: [xmin, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean: moment(1),
    variance:
      alpha > 3 ? (xmin ** 2 * (alpha - 1)) / ((alpha - 2) ** 2 * (alpha - 3)) : Number.POSITIVE_INFINITY,
    pdf: (x: number) => (x >= xmin ? ((alpha - 1) / xmin) * (x / xmin) ** -alpha : 0),
    cdf: (x: number) => (x > xmin ? -Math.expm1((1 - alpha) * Math.log(x / xmin)) : 0),
    survival: (x: number) => (x > xmin ? (x / xmin) ** (1 - alpha) : 1),
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment,
  } satisfies Law);
}

export const powerLawEntry: LawEntry = {
  id: "power-law",
  name: "Power law",
  parameters: [
    { name: "alpha", meaning: "exponent of the density, > 1" },
    { name: "xmin", meaning: "where the tail begins, > 0" },
  ],
  formula: "p(x) = (alpha - 1) / xmin (x / xmin)^-alpha, x >= xmin",
  source: "Clauset, Shalizi & Newman 2009",
  examples: () =>
    [
      [1.5, 1],
      [2.5, 0.01],
      [4, 3],
      [8, 1e4],
    ].map(([alpha, xmin]) => powerLaw(alpha!, xmin!)),
};
