import { type Estimated, standardErrorOf } from "./estimate.ts";
import type { ExampleMoments } from "./example-moments.ts";

/** Numbers and their standard errors by their names; null, with a reason, where there is none. */
export type Numbers<Names extends string = string> = {
  [Field in Names | `${Names}StandardError`]: number | null;
};

/**
 * Estimates as fields of a result: `x` and `xStandardError` for each.
 *
 * @param moments - that the estimates are made of.
 */
export function numbersOf<Names extends string>(
  estimates: Readonly<Record<Names, Estimated>>,
  moments: ExampleMoments,
): { readonly piece: Numbers<Names>; readonly reasons: Readonly<Record<string, string>> } {
  const piece: Numbers = {};
  const reasons: Record<string, string> = {};
  for (const [name, estimate] of Object.entries<Estimated>(estimates)) {
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
  return { piece: piece as Numbers<Names>, reasons };
}
