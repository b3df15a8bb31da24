import type { Onset } from "../analysis/trajectory-schemas.ts";

/** What counts as an onset. */
export interface OnsetOptions {
  /** What values are compared with; the first known one by default, and its error with theirs. */
  readonly from?: number;
  /** Whether values depart upwards or downwards; either way by default. */
  readonly direction?: "up" | "down" | "either";
  /** Standard errors by which a value has to depart, > 0; 2 by default. */
  readonly errors?: number;
}

/**
 * When something sets in for good: the interval in which it did, and at how many steps it is seen since.
 *
 * @param steps - ascending. @param holds - whether it holds at each; null where that is not known.
 * @returns `(after, by]`: `by` is the first step from which it holds at all later ones that are known, `after` the last
 *   before at which it does not. Nothing is said where it does not hold at the last known step, however often before.
 * @example
 * ```ts
 * import { onsetOf } from "marchenko";
 * const { after, by } = onsetOf([0, 100, 200, 300], [false, true, false, true]);
 * [after, by]; // [200, 300]
 * onsetOf([0, 100], [true, false]).by; // null
 * ```
 */
export function onsetOf(steps: readonly number[], holds: readonly (boolean | null)[]): Onset {
  const known = steps.flatMap((step, i) => (holds[i] == null ? [] : [{ step, holds: holds[i] }]));
  const none = (reason: string): Onset => ({ after: null, by: null, checkpoints: 0, reason });
  if (known.length === 0) return none("it is not known at any step");
  const before = known.findLastIndex((each) => !each.holds);
  if (before === known.length - 1) {
    const ever = known.some((each) => each.holds);
    return none(ever ? "it held at earlier steps, and not at the last" : "it does not hold at any step");
  }
  const since = known.length - 1 - before;
  const after = known[before]?.step ?? null;
  const doubt = since === 1 && known.length > 1 ? "it is seen at the last step alone" : null;
  return {
    after,
    by: known[before + 1]!.step,
    checkpoints: since,
    reason: after === null ? "it holds from the first step on" : doubt,
  };
}

/**
 * When values depart from where they began by more than their errors, and stay so.
 *
 *     |x_k - x_0| > 2 (e_k^2 + e_0^2)^1/2
 *
 * @param steps - ascending. @param values - null where not known. @param errors - standard errors, >= 0; null where
 *   there are none: the scatter of the values about their neighbours takes their place, see `scatterOf`.
 * @returns see {@link onsetOf}.
 * @example
 * ```ts
 * import { onset } from "marchenko";
 * const { after, by } = onset([0, 1, 2, 4], [0.5, 0.51, 0.4, 0.3], [0.01, 0.01, 0.01, 0.01]);
 * [after, by]; // [1, 2]
 * ```
 */
export function onset(
  steps: readonly number[],
  values: readonly (number | null)[],
  errors: readonly (number | null)[] | null,
  { from, direction = "either", errors: most = 2 }: OnsetOptions = {},
): Onset {
  const place = values.findIndex((value) => value !== null);
  if (place < 0) return onsetOf([], []);
  const scatter = errors === null ? scatterOf(values) : null;
  if (errors === null && scatter === null) {
    const reason = "the values have no errors, and are too few for their scatter to tell";
    return { after: null, by: null, checkpoints: 0, reason };
  }
  const errorAt = (at: number): number | null => (errors === null ? scatter : (errors[at] ?? null));
  const base = from ?? values[place]!;
  const baseError = from === undefined ? errorAt(place) : 0;
  const holds = values.map((value, at) => {
    const error = errorAt(at);
    if (value === null || error === null || baseError === null) return null;
    const change = value - base;
    const departure = direction === "either" ? Math.abs(change) : direction === "up" ? change : -change;
    return departure > most * Math.hypot(error, baseError);
  });
  return onsetOf(steps, holds);
}

/**
 * When values have gone half of the way from the first known to the last, and stay beyond.
 *
 * @param steps - ascending. @param values - null where not known. @param errors - as in {@link onset}.
 * @returns see {@link onsetOf}; none where the first and the last do not differ by more than their errors.
 */
export function halfway(
  steps: readonly number[],
  values: readonly (number | null)[],
  errors: readonly (number | null)[] | null,
): Onset {
  const whole = onset(steps, values, errors);
  if (whole.by === null)
    return { ...whole, reason: "the last value does not differ from the first by more than its error" };
  const first = values.find((value) => value !== null)!;
  const last = values.findLast((value) => value !== null)!;
  const middle = (first + last) / 2;
  return onsetOf(
    steps,
    values.map((value) => (value === null ? null : last > first ? value >= middle : value <= middle)),
  );
}

/** Fewest values whose scatter tells anything. */
const fewestForScatter = 5;

/**
 * Standard error of values that have none, from how they scatter about the line through their neighbours.
 *
 *     e^2 = 2/3 mean (x_k - (x_(k-1) + x_(k+1)) / 2)^2
 *
 * Where the values bend between neighbours it is too large: an onset is then said later, or not at all.
 *
 * @returns null of fewer than 5 known values.
 */
export function scatterOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < fewestForScatter) return null;
  let sum = 0;
  for (let k = 1; k < known.length - 1; k++) {
    sum += (known[k]! - (known[k - 1]! + known[k + 1]!) / 2) ** 2;
  }
  return Math.sqrt((2 / 3) * (sum / (known.length - 2)));
}
