import { scaledExponentialIntegral } from "../linalg/exponential-integral.ts";
import { type Law, type LawEntry, requireOrder, requirePositive, requireProbability } from "./law.ts";

/**
 * The power law that an exponential ends.
 *
 *     p(x) = x^-alpha exp(-x / lambdaCutoff) / Z   on [xmin, infinity)
 *     Z = lambdaCutoff^(1 - alpha) Gamma(1 - alpha, z) = xmin^(1 - alpha) E_alpha(z),  z = xmin / lambdaCutoff
 *
 * Between the power law (no cutoff) and the exponential one (alpha = 0). All moments are finite.
 *
 * @param alpha - exponent of the density before the cutoff, >= 0.
 * @param lambdaCutoff - where the exponential takes over, in the unit of x, > 0.
 * @param xmin - where the tail begins, in the unit of x, > 0.
 * @returns the law of x, in the unit of `xmin`; all to about 1e-13 relative.
 * @throws {RangeError} If a parameter is out of its range or not finite.
 * @source Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, table 2.1; E_alpha: DLMF 8.19.
 * @example
 * ```ts
 * import { truncatedPowerLaw } from "marchenko/laws";
 * const law = truncatedPowerLaw(2, 10, 1);
 * law.mean; // 2.523
 * law.survival(10); // 0.02055
 * ```
 */
export function truncatedPowerLaw(alpha: number, lambdaCutoff: number, xmin: number): Law {
  if (!(alpha >= 0 && alpha < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`alpha must be in [0, infinity), got ${alpha}`);
  }
  requirePositive("lambdaCutoff", lambdaCutoff);
  requirePositive("xmin", xmin);
  const z = xmin / lambdaCutoff;
  const atXmin = scaledExponentialIntegral(alpha, z);
  /** Decay of the density from xmin to x. */
  const decay = (x: number) => (x / xmin) ** -alpha * Math.exp((xmin - x) / lambdaCutoff);
  const survival = (x: number): number => {
    if (!(x > xmin)) return 1;
    const left = decay(x);
    return left === 0 ? 0 : left * (x / xmin) * (scaledExponentialIntegral(alpha, x / lambdaCutoff) / atXmin);
  };
  const moment = (k: number): number => {
    requireOrder(k);
    return xmin ** k * (scaledExponentialIntegral(alpha - k, z) / atXmin);
  };
  const quantile = (p: number): number => {
    requireProbability(p);
    if (p === 0) return xmin;
    if (p === 1) return Number.POSITIVE_INFINITY;
    const goal = Math.log1p(-p);
    // log survival is concave in u = log(x / xmin), and under that of the exponential and of the power law: the
    // lesser of their quantiles is right of the root, from where Newton's steps come down to it.
    const exponential = Math.log1p(-goal / z);
    let u = alpha > 1 ? Math.min(exponential, -goal / (alpha - 1)) : exponential;
    for (let i = 0; i < 100; i++) {
      const integral = scaledExponentialIntegral(alpha, z * Math.exp(u));
      const logSurvival = (1 - alpha) * u - z * Math.expm1(u) + Math.log(integral / atXmin);
      const step = (logSurvival - goal) * integral;
      u = Math.max(0, u + step);
      if (Math.abs(step) < 1e-15 * Math.max(1e-3, u)) break;
    }
    return xmin * Math.exp(u);
  };
  const mean = moment(1);
  return Object.freeze({
    id: "truncated-power-law",
    name: "Truncated power law",
    support: [xmin, Number.POSITIVE_INFINITY] as const,
    atomAtZero: 0,
    mean,
    variance: moment(2) - mean ** 2,
    pdf: (x: number) => (x >= xmin ? decay(x) / (xmin * atXmin) : 0),
    cdf: (x: number) => (x > xmin ? 1 - survival(x) : 0),
    survival,
    quantile,
    sample: ({ uniform }) => quantile(uniform()),
    moment,
  } satisfies Law);
}

export const truncatedPowerLawEntry: LawEntry = {
  id: "truncated-power-law",
  name: "Truncated power law",
  parameters: [
    { name: "alpha", meaning: "exponent of the density before the cutoff, >= 0" },
    { name: "lambdaCutoff", meaning: "where the exponential takes over, > 0" },
    { name: "xmin", meaning: "where the tail begins, > 0" },
  ],
  formula: "p(x) = x^-alpha exp(-x / lambdaCutoff) / Z, x >= xmin",
  source: "Clauset, Shalizi & Newman 2009; DLMF 8.19",
  examples: () =>
    [
      [2, 10, 1],
      [1, 1e6, 1],
      [2.5, 1e3, 0.01],
      [0, 2, 3],
      [3.7, 0.5, 2],
      [0.3, 50, 1e-3],
    ].map(([alpha, lambdaCutoff, xmin]) => truncatedPowerLaw(alpha!, lambdaCutoff!, xmin!)),
};
