import { type Estimated, standardErrorOf } from "./estimate.ts";
import type { ExampleMoments } from "./example-moments.ts";
import type { Measured } from "./measurement.ts";

/** Numbers and their standard errors by their names; null, with a reason, where there is none. */
export type Numbers = Record<string, number | null>;

/**
 * Estimates as fields of a result: `x` and `xStandardError` for each.
 *
 * @param moments - that the estimates are made of.
 */
export function numbersOf(
  estimates: Readonly<Record<string, Estimated>>,
  moments: ExampleMoments,
): Measured<Numbers> & { readonly piece: Numbers; readonly reasons: Record<string, string> } {
  const piece: Numbers = {};
  const reasons: Record<string, string> = {};
  for (const [name, estimate] of Object.entries(estimates)) {
    const found = typeof estimate === "string" ? null : estimate;
    const error = found && standardErrorOf(found, moments);
    piece[name] = found && Number.isFinite(found.value) ? found.value : null;
    piece[`${name}StandardError`] = error !== null && Number.isFinite(error) ? error : null;
    if (piece[name] === null) {
      reasons[name] = typeof estimate === "string" ? estimate : "it leaves the range of numbers";
    } else if (piece[`${name}StandardError`] === null) {
      reasons[`${name}StandardError`] =
        moments.count < 2 ? "there is one example only" : "it leaves the range of numbers";
    }
  }
  return { piece, reasons };
}
