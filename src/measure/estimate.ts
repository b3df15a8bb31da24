import type { ExampleMoments } from "./example-moments.ts";

/** A number that is made of means over examples, with its derivative for each of them. */
export interface Estimate {
  readonly value: number;
  /** d value / d mean_k. */
  readonly slope: readonly number[];
}

/** An estimate, or why there is none. */
export type Estimated = Estimate | string;

/** The mean of number k itself. */
export function meanOf({ means }: ExampleMoments, k: number): Estimate {
  return { value: means[k]!, slope: means.map((_, place) => (place === k ? 1 : 0)) };
}

/** c a. */
export function scaled(a: Estimated, factor: number): Estimated {
  if (typeof a === "string") return a;
  return { value: factor * a.value, slope: a.slope.map((each) => factor * each) };
}

/** a - b. */
export function difference(a: Estimated, b: Estimated): Estimated {
  if (typeof a === "string") return a;
  if (typeof b === "string") return b;
  return { value: a.value - b.value, slope: a.slope.map((each, k) => each - b.slope[k]!) };
}

/** a / b. @param whyNot - the reason where b is 0. */
export function ratio(a: Estimated, b: Estimated, whyNot: string): Estimated {
  if (typeof a === "string") return a;
  if (typeof b === "string") return b;
  if (b.value === 0) return whyNot;
  const value = a.value / b.value;
  return { value, slope: a.slope.map((each, k) => (each - value * b.slope[k]!) / b.value) };
}

/**
 * The standard error by the delta method, sqrt(s' C s) of the slope s and the covariance C of the means; examples count
 * as independent.
 *
 * @returns null for less than two examples.
 */
export function standardErrorOf({ slope }: Estimate, moments: ExampleMoments): number | null {
  if (moments.count < 2) return null;
  let variance = 0;
  for (const [i, left] of slope.entries()) {
    if (left === 0) continue;
    for (const [j, right] of slope.entries()) {
      if (right !== 0) variance += left * right * moments.covarianceOfMeans(i, j);
    }
  }
  // Rounding may leave a variance of zero just below it.
  return Math.sqrt(Math.max(0, variance));
}
