import type { RandomStream } from "../linalg/random.ts";

/**
 * A probability law on the line, as theory predicts it: density, distribution and what follows.
 *
 * All arguments and results are plain numbers in the unit of the variable. A law is a frozen value.
 */
export interface Law {
  /** Stable id, the file's name: "marchenko-pastur". */
  readonly id: string;
  /** The law's name in the literature. */
  readonly name: string;
  /** Closed interval outside which the continuous part is 0; ends may be infinite. */
  readonly support: readonly [number, number];
  /** Probability of exactly 0 beside the continuous part, in [0, 1). */
  readonly atomAtZero: number;
  /** Infinite where the integral diverges, as is the variance then. */
  readonly mean: number;
  readonly variance: number;
  /** Density of the continuous part. */
  pdf(x: number): number;
  /** Probability of at most `x`, the atom included. */
  cdf(x: number): number;
  /** Probability of more than `x`, without cancellation in the upper tail. */
  survival(x: number): number;
  /** Smallest `x` with `cdf(x) >= p`, for p in [0, 1]. */
  quantile(p: number): number;
  /** A draw from the law; the stream decides all. */
  sample(stream: RandomStream): number;
  /** Mean of `x^k`, the atom included, for k = 1, 2, 3 or 4; infinite where it diverges. */
  moment(k: number): number;
}

/** One row of the list of laws: what `marchenko laws` prints and the conformance test runs. */
export interface LawEntry {
  readonly id: string;
  readonly name: string;
  /** Parameters with their meaning and range. */
  readonly parameters: readonly { readonly name: string; readonly meaning: string }[];
  readonly formula: string;
  readonly source: string;
  /** Laws over the range of the parameters, on which the conformance battery runs. */
  readonly examples: () => readonly Law[];
}

/** @throws {RangeError} If `value` is not a positive finite number. */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name} must be in (0, infinity), got ${value}`);
  }
}

/** @throws {RangeError} If `p` is not a probability. */
export function requireProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p must be in [0, 1], got ${p}`);
}

/** @throws {RangeError} If `k` is not 1, 2, 3 or 4. */
export function requireOrder(k: number): void {
  if (!(k === 1 || k === 2 || k === 3 || k === 4)) throw new RangeError(`k must be 1, 2, 3 or 4, got ${k}`);
}
