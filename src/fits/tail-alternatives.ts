import { erfc } from "../linalg/error-function.ts";
import { exponentialTempering, fitTemperedPareto, lognormalTempering } from "./tempered-pareto.ts";

/** Another law, fitted to the same tail. */
export interface TailAlternative {
  readonly law: "exponential" | "lognormal" | "truncated-power-law";
  /** ln L of the power law minus ln L of the alternative, both at their maximum: positive favours the power law. */
  readonly logLikelihoodRatio: number;
  /** Probability of a ratio as far from 0, were the two laws equally near the truth; for a law that holds the power law
   * as a limit, were the power law true. */
  readonly pValue: number;
}

/**
 * Compares the power law of a tail with three others, each fitted by maximum likelihood to the same values.
 *
 *     exponential           p(x) ~ exp(-x / m)               Vuong: p = erfc( |R| / (sd(ln p_1/p_2) sqrt(2 k)) )
 *     lognormal             p(x) ~ exp(-(ln x - mu)^2 / (2 w^2)) / x    nested: p = erfc( sqrt |R| ) / 2
 *     truncated power law   p(x) ~ x^-alpha exp(-x / m)                 nested: p = erfc( sqrt |R| ) / 2
 *
 * on x >= x_min. The last two hold the power law as a limit (w and -mu to infinity with mu / w^2 fixed; m to
 * infinity), so that R <= 0, and 2 |R| is 0 or chi-squared with one degree of freedom, one time in two each, where
 * the power law is true. Vuong's test is for laws of which neither holds the other.
 *
 * @param logs - natural logarithms of the sample, ascending. @param count - k, size of the tail.
 * @returns one comparison a law; a p-value of 1 where the alternative's best fit is the power law itself.
 * @source Vuong 1989, Econometrica 57:307-333; Clauset, Shalizi & Newman 2009, SIAM Rev. 51:661-703, section 5;
 *   at the border of the parameters: Self & Liang 1987, J. Am. Stat. Assoc. 82:605-610; for the lognormal: del
 *   Castillo & Puig 1999, J. Am. Stat. Assoc. 94:529-532.
 */
export function tailAlternatives(logs: Float64Array, count: number): TailAlternative[] {
  const first = logs.length - count;
  const base = logs[first]!;
  let sum = 0;
  let sumOfSquares = 0;
  let sumOfExcesses = 0;
  for (let i = first; i < logs.length; i++) {
    const t = logs[i]! - base;
    sum += t;
    sumOfSquares += t * t;
    sumOfExcesses += Math.expm1(t);
  }
  const slope = count / sum;
  const meanExcess = sumOfExcesses / count;
  // Per value: ln slope - (slope + 1) t  against  -ln m - (x - 1) / m, in units of x_min.
  let ratioOfSquares = 0;
  let ratio = 0;
  for (let i = first; i < logs.length; i++) {
    const t = logs[i]! - base;
    const each = Math.log(slope * meanExcess) - (slope + 1) * t + Math.expm1(t) / meanExcess;
    ratio += each;
    ratioOfSquares += each * each;
  }
  const deviation = Math.sqrt(Math.max(0, ratioOfSquares / count - (ratio / count) ** 2));
  const largest = logs[logs.length - 1]! - base;
  const nested = (law: "lognormal" | "truncated-power-law", logLikelihoodRatio: number): TailAlternative => ({
    law,
    logLikelihoodRatio,
    pValue: logLikelihoodRatio === 0 ? 1 : erfc(Math.sqrt(-logLikelihoodRatio)) / 2,
  });
  return [
    {
      law: "exponential",
      logLikelihoodRatio: ratio,
      pValue: deviation > 0 ? erfc(Math.abs(ratio) / (deviation * Math.sqrt(2 * count))) : 1,
    },
    nested(
      "lognormal",
      fitTemperedPareto(lognormalTempering, sum / count, sumOfSquares / (2 * count), largest ** 2 / 2, count)
        .logLikelihoodRatio,
    ),
    nested(
      "truncated-power-law",
      fitTemperedPareto(exponentialTempering, sum / count, meanExcess, Math.expm1(largest), count)
        .logLikelihoodRatio,
    ),
  ];
}
