import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/**
 * The exponential law above a smallest value.
 *
 *     p(x) = rate exp( -rate (x - xmin) )   on [xmin, infinity)
 *
 * @param rate - 1 over the mean distance from xmin, in 1 over the unit of x, > 0.
 * @param xmin - where the law begins, in the unit of x, >= 0; 0 by default.
 * @returns the law of x, in the unit of `xmin`.
 * @throws {RangeError} If a parameter is out of its range or not finite.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, table 2.1.
 * @example
 * ```ts
 * import { exponential } from "marchenko/laws";
 * exponential(2, 1).mean; // 1.5
 * exponential(2, 1).survival(3); // 0.01832
 * ```
 */
export function exponential(rate: number, xmin = 0): Law {
  requirePositive("rate", rate);
  if (!(xmin >= 0 && xmin < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`xmin must be in [0, infinity), got ${xmin}`);
  }
  const quantile = (p: number): number => {
    requireProbability(p);
    return xmin - Math.log1p(-p) / rate;
  };
  const moment = (k: number): number => {
    requireOrder(k);
    // m_k = xmin^k + k / rate m_(k-1), by parts.
    let value = 1;
    for (let j = 1; j <= k; j++) value = xmin ** j + (j / rate) * value;
    return value;
  };
  return Object.freeze({
    id: "exponential",
    name: "Exponential",
    support: [xmin, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean: xmin + 1 / rate,
    variance: 1 / rate ** 2,
    pdf: (x: number) => (x >= xmin ? rate * Math.exp(-rate * (x - xmin)) : 0),
    cdf: (x: number) => (x > xmin ? -Math.expm1(-rate * (x - xmin)) : 0),
    survival: (x: number) => (x > xmin ? Math.exp(-rate * (x - xmin)) : 1),
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment,
  } satisfies Law);
}

export const exponentialEntry: LawEntry = {
  id: "exponential",
  name: "Exponential",
  parameters: [
    { name: "rate", meaning: "1 over the mean distance from xmin, > 0" },
    { name: "xmin", meaning: "where the law begins, >= 0; 0 by default" },
  ],
  formula: "p(x) = rate exp(-rate (x - xmin)), x >= xmin",
  source: "Clauset, Shalizi & Newman 2009",
  examples: () => [exponential(1), exponential(30, 0.5), exponential(1e-3, 2)],
};
