import { erfc } from "../linalg/error-function.ts";

/** Student's law of mean 0 against the Gaussian, on the same values. */
export interface StudentFit {
  /** nu, degrees of freedom; null where the Gaussian is the best of the family. */
  readonly degrees: number | null;
  /** Of ln nu, from the curvature of the likelihood; null with it. */
  readonly logDegreesStandardError: number | null;
  /** ln L of Student's law less ln L of the Gaussian, both at their maximum, >= 0. */
  readonly logLikelihoodRatio: number;
  /** Probability of such a ratio were the values independent Gaussians of one variance. */
  readonly pValue: number;
}

/** Degrees of freedom that are looked at: above, the law is the Gaussian to all purposes. */
const [fewestDegrees, mostDegrees] = [0.2, 1e4];

/** ln Gamma(x + 1/2) - ln Gamma(x), for x > 0. */
function logGammaStep(x: number): number {
  // Raised to where the series has its digits: Gamma(x + 3/2) / Gamma(x + 1) = (x + 1/2) / x times the same at x.
  let shift = 0;
  for (; x < 12; x++) shift += Math.log(x / (x + 0.5));
  const u = 1 / x;
  return shift + Math.log(x) / 2 - u / 8 + u ** 3 / 192 - u ** 5 / 640 + (17 * u ** 7) / 14336;
}

/** Mean log likelihood of a value at its best scale. @param squares - of the values, of mean 1. */
function studentLikelihood(squares: Float64Array, degrees: number): number {
  const n = squares.length;
  let variance = 1;
  // The scale by its fixed point, which is EM's: it rises to the maximum without fail.
  for (let round = 0; round < 500; round++) {
    let sum = 0;
    for (const square of squares) sum += ((degrees + 1) * square) / (degrees + square / variance);
    const next = sum / n;
    const done = Math.abs(next / variance - 1) < 1e-12;
    variance = next;
    if (done) break;
  }
  let logs = 0;
  for (const square of squares) logs += Math.log1p(square / (degrees * variance));
  return (
    logGammaStep(degrees / 2) -
    (Math.log(degrees * Math.PI) + Math.log(variance) + ((degrees + 1) * logs) / n) / 2
  );
}

/**
 * Compares Student's law with the Gaussian, both of mean 0, by maximum likelihood.
 *
 *     p(x) ~ (1 + x^2 / (nu s^2))^-(nu + 1)/2,   the Gaussian for nu to infinity;   p = erfc( sqrt R ) / 2
 *
 * Twice the ratio R of log likelihoods is 0 or chi-squared with one degree of freedom, one time in two each, where the
 * Gaussian is true. It takes the values for independent and of one law: of unequal variances it says heavy tails.
 *
 * @param values - at least 8, any unit; zeros count.
 * @returns null where there are fewer, or all are zero.
 * @source Lange, Little & Taylor 1989, J. Am. Stat. Assoc. 84:881-896; at the border: Self & Liang 1987, J. Am. Stat.
 *   Assoc. 82:605-610.
 */
export function fitStudent(values: ArrayLike<number>): StudentFit | null {
  const n = values.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i]! ** 2 / n;
  if (n < 8 || !(total > 0 && total < Number.POSITIVE_INFINITY)) return null;
  const squares = Float64Array.from({ length: n }, (_, i) => values[i]! ** 2 / total);
  const gaussian = -(Math.log(2 * Math.PI) + 1) / 2;
  const at = (log: number) => n * (studentLikelihood(squares, Math.exp(log)) - gaussian);

  // The best of a coarse grid, then the golden section about it.
  const [low, high] = [Math.log(fewestDegrees), Math.log(mostDegrees)];
  const steps = 24;
  let best = 0;
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let i = 0; i <= steps; i++) {
    const ratio = at(low + ((high - low) * i) / steps);
    if (ratio > bestRatio) [best, bestRatio] = [i, ratio];
  }
  if (best === steps || bestRatio <= 0) {
    return { degrees: null, logDegreesStandardError: null, logLikelihoodRatio: 0, pValue: 1 };
  }
  let from = low + ((high - low) * Math.max(0, best - 1)) / steps;
  let to = low + ((high - low) * (best + 1)) / steps;
  const golden = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [to - golden * (to - from), from + golden * (to - from)];
  let [atLeft, atRight] = [at(left), at(right)];
  for (let round = 0; round < 30; round++) {
    if (atLeft < atRight) {
      from = left;
      [left, atLeft] = [right, atRight];
      right = from + golden * (to - from);
      atRight = at(right);
    } else {
      to = right;
      [right, atRight] = [left, atLeft];
      left = to - golden * (to - from);
      atLeft = at(left);
    }
  }
  const log = (from + to) / 2;
  const h = 0.05;
  const ratio = at(log);
  const curvature = (2 * ratio - at(log - h) - at(log + h)) / h ** 2;
  const logLikelihoodRatio = Math.max(0, ratio);
  return {
    degrees: Math.exp(log),
    logDegreesStandardError: curvature > 0 ? 1 / Math.sqrt(curvature) : null,
    logLikelihoodRatio,
    pValue: logLikelihoodRatio === 0 ? 1 : erfc(Math.sqrt(logLikelihoodRatio)) / 2,
  };
}
