import type { Compute } from "../analysis/compute.ts";

/** What a study of the package's own error rates is given. */
export interface StudyContext {
  readonly compute: Compute;
  readonly seed: number | string;
  /** Fraction of the usual repetitions, in (0, 1]. */
  readonly effort: number;
}

/** What a measured rate or bias is held to. */
export interface Bound {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One number that a study found. */
export interface StudyRow {
  /** Under which circumstances: "256 x 512, 1.2 times the threshold". */
  readonly circumstances: string;
  readonly quantity: string;
  readonly value: number;
  /** Of the value, from the number of repetitions; null for a p-value, which is of all of them together. */
  readonly standardError: number | null;
  readonly repetitions: number;
  readonly bound: Bound;
}

/** A study of error rates: adding one is one file and a line in the catalogue. */
export interface Study {
  readonly id: string;
  readonly title: string;
  /** What is done, and what the numbers mean, in a sentence or two. */
  readonly method: string;
  readonly source: string;
  run(context: StudyContext): Promise<StudyRow[]>;
}

/** Repetitions at an effort, at least 4. */
export function repetitions(usual: number, { effort }: StudyContext): number {
  return Math.max(4, Math.round(usual * effort));
}

/** A share of trials with its standard error, that of one more success and one more failure. */
export function rate(
  circumstances: string,
  quantity: string,
  successes: number,
  trials: number,
  bound: Bound,
): StudyRow {
  const smoothed = (successes + 1) / (trials + 2);
  return {
    circumstances,
    quantity,
    value: successes / trials,
    standardError: Math.sqrt((smoothed * (1 - smoothed)) / trials),
    repetitions: trials,
    bound,
  };
}

/** Whether a value is within its bound; a miss by less than two standard errors may be chance. */
export type Outcome = "holds" | "undecided" | "missed" | "unbounded";

/** How a row stands to its bound. */
export function outcomeOf({ value, standardError, bound }: StudyRow): Outcome {
  const { atLeast, atMost } = bound;
  if (atLeast === undefined && atMost === undefined) return "unbounded";
  const off = Math.max((atLeast ?? value) - value, value - (atMost ?? value));
  if (off <= 0) return "holds";
  return off < 2 * (standardError ?? 0) ? "undecided" : "missed";
}
