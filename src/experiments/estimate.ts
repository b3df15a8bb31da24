import { studentT } from "./student-t.ts";

/** Probability with which an interval covers the mean over all seeds, if values are normal. */
export const COVERAGE = 0.95;

/** A number over seeds. */
export interface Estimate {
  /** Over the seeds that have the number; null where none has. */
  readonly mean: number | null;
  /** Standard deviation over seeds, with n - 1; null for fewer than two. */
  readonly deviation: number | null;
  /** Ends of the interval of confidence 95 % for the mean, by Student's t; null for fewer than two. */
  readonly low: number | null;
  readonly high: number | null;
  /** In the order of the experiment's seeds; null where a run failed or has no such number. */
  readonly perSeed: readonly (number | null)[];
}

/**
 * Mean, deviation and 95 % interval of a number over seeds.
 *
 *     mean +- t s / sqrt n,   P(|T_{n-1}| <= t) = 0.95
 *
 * @param perSeed - null for a seed without the number; what is not finite counts as null.
 */
export function estimateOf(perSeed: readonly (number | null | undefined)[]): Estimate {
  const all = perSeed.map((value) =>
    value !== null && value !== undefined && Number.isFinite(value) ? value : null,
  );
  const values = all.filter((value) => value !== null);
  const n = values.length;
  if (n === 0) return { mean: null, deviation: null, low: null, high: null, perSeed: all };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, deviation: null, low: null, high: null, perSeed: all };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (studentT(n - 1, COVERAGE) * deviation) / Math.sqrt(n);
  return { mean, deviation, low: mean - half, high: mean + half, perSeed: all };
}

/** A number of one variant against another's of the same seed, by seed: what all seeds share cancels. */
export function paired(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  combine: (a: number, b: number) => number,
): (number | null)[] {
  return a.map((value, i) => {
    const other = b[i] ?? null;
    return value === null || other === null ? null : combine(value, other);
  });
}

/** The largest; null for none, or where one is missing. */
export function mostOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length && known.length > 0 ? Math.max(...known) : null;
}
