import { nearestNames } from "../../layers/nearest-names.ts";

/** Why a tensor has no row: what each reason says of some, after their number. */
const texts = {
  "other-name": "whose name does not end in .weight",
  "other-axes": "with neither 2 nor 4 axes",
  "too-few-eigenvalues": "with fewer than 10 eigenvalues",
  "too-many-eigenvalues": "with more than 15000 eigenvalues",
  "too-large": "with a side over 50000",
  excluded: "not asked for",
  integer: "of integers",
  "non-finite": "with NaN or infinite entries",
} as const;

/** The first five are WeightWatcher's own, which it does not tell. */
export type LeftOutReason = keyof typeof texts;

/** A tensor without a row. */
export interface LeftOutTensor {
  readonly tensor: string;
  readonly reason: LeftOutReason;
}

/** How many tensors have no row, by reason: `3 whose name does not end in .weight, 1 of integers`. */
export function countLeftOut(leftOut: readonly LeftOutTensor[]): string {
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Array.from(counts, ([reason, count]) => `${count} ${texts[reason]}`).join(", ");
}

/** Says why there is no row at all, and what to try. */
export function nothingLeft(leftOut: readonly LeftOutTensor[], include: readonly string[] = []): string {
  if (leftOut.length === 0) return "nothing to analyse: there is no tensor in the input";
  const names = leftOut.map(({ tensor }) => tensor);
  const near = new Set(include.flatMap((pattern) => nearestNames(pattern, names)));
  const isAllExcluded = leftOut.every(({ reason }) => reason === "excluded");
  const hint =
    isAllExcluded && near.size > 0
      ? `names like ${include.join(", ")} are ${[...near].slice(0, 5).join(", ")}`
      : "without --compat more is analysed, and each tensor has its reason";
  return `nothing to analyse like WeightWatcher: of ${names.length} tensors ${countLeftOut(leftOut)}; ${hint}`;
}
