/**
 * How many steps of SGD with weight decay leave a trace in the weights: all that older ones left together, a step that has
 * just been made counted as 1, is at most tau.
 *
 *     T_eff = ceil( log( tau (1 - r) ) / log r - 1 ),   r = 1 - kappa lambda,   sum of r^t over t > T_eff <= tau
 *
 * @param rate - kappa, learning rate, > 0. @param decay - lambda, weight decay, >= 0, with kappa lambda < 1.
 * @param tail - tau, in units of a fresh step, in (0, 1); 1e-3 by default.
 * @returns steps, a whole number; infinite without decay.
 * @throws {RangeError} If an argument is out of its range.
 * @source the code beside Peng, Qi, Shi & Gao 2023, arXiv 2309.03004.
 * @example
 * ```ts
 * import { effectiveSteps } from "marchenko";
 * effectiveSteps(1e-3, 0.3); // 50057
 * effectiveSteps(1e-3, 0) === Number.POSITIVE_INFINITY; // true
 * ```
 */
export function effectiveSteps(rate: number, decay: number, tail = 1e-3): number {
  const lost = rate * decay;
  if (!(rate > 0 && decay >= 0 && lost < 1 && tail > 0 && tail < 1)) {
    throw new RangeError(
      `effective steps need a rate > 0, a decay >= 0 of product < 1 and a tail in (0, 1), got ${rate}, ${decay}, ${tail}`,
    );
  }
  if (lost === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.ceil(Math.log(tail * lost) / Math.log1p(-lost) - 1));
}
