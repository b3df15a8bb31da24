import { comparedMetrics } from "./metric-differences.ts";
import { type ComparedLayer, type ComparisonResult, differenceStates } from "./result.ts";

/** How often each metric moved, over the layers that have it. */
export function summarizeDifferences(layers: readonly ComparedLayer[]): ComparisonResult["summary"] {
  const summary: ComparisonResult["summary"] = {};
  for (const { id } of comparedMetrics) {
    const own = layers.flatMap(({ differences }) => differences[id] ?? []);
    if (own.length === 0) continue;
    const known = own.flatMap(({ state, difference }) =>
      state === "unreliable" || difference === null ? [] : [difference],
    );
    known.sort((a, b) => a - b);
    const middle = known.length / 2;
    const median =
      known.length === 0 ? null : known[Math.ceil(middle) - 1]! / 2 + known[Math.floor(middle)]! / 2;
    const counts = Object.fromEntries(
      differenceStates.map((state) => [state, own.filter((each) => each.state === state).length]),
    ) as Record<(typeof differenceStates)[number], number>;
    summary[id] = { medianDifference: median, ...counts };
  }
  return summary;
}
