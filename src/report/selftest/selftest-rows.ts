import type { SelftestResult } from "../../selftest/result.ts";
import { formatNumber, formatWithError } from "../format-number.ts";

export type SelftestStudy = SelftestResult["studies"][number];
export type SelftestRow = SelftestStudy["rows"][number];

/** What a value is held to, in words; "" where it is not. */
export function boundText({ atLeast, atMost }: SelftestRow): string {
  if (atLeast !== null && atMost !== null) return `${formatNumber(atLeast)} to ${formatNumber(atMost)}`;
  if (atLeast !== null) return `at least ${formatNumber(atLeast)}`;
  return atMost === null ? "" : `at most ${formatNumber(atMost)}`;
}

/** A value with its standard error. */
export function valueText({ value, standardError }: SelftestRow): string {
  return formatWithError(value, standardError);
}

/** How each outcome is shown: a mark beside the word. */
const outcomes: Readonly<Record<SelftestRow["outcome"], { readonly mark: string; readonly word: string }>> = {
  holds: { mark: "✓", word: "holds" },
  undecided: { mark: "?", word: "undecided" },
  missed: { mark: "✗", word: "missed" },
  unbounded: { mark: " ", word: "" },
};

/** Whether a row is within its bound, as a mark and a word. */
export function outcomeText(row: SelftestRow): { readonly mark: string; readonly word: string } {
  return outcomes[row.outcome];
}

/** The answer in a sentence. */
export function selftestSentence({ studies }: SelftestResult): string {
  const rows = studies.flatMap((study) => study.rows).filter((row) => row.outcome !== "unbounded");
  const count = (outcome: SelftestRow["outcome"]) => rows.filter((row) => row.outcome === outcome).length;
  const others = [
    count("missed") > 0 ? `${count("missed")} missed` : "",
    count("undecided") > 0 ? `${count("undecided")} undecided, within two standard errors` : "",
  ].filter(Boolean);
  return others.length === 0
    ? `All ${rows.length} bounds hold.`
    : `${count("holds")} of ${rows.length} bounds hold; ${others.join(", ")}.`;
}
