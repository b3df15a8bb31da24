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

/** Whether a row is within its bound, as a mark and a word. */
export function outcome(row: SelftestRow): { readonly mark: string; readonly word: string } {
  if (boundText(row) === "") return { mark: " ", word: "" };
  if (row.holds) return { mark: "✓", word: "holds" };
  const off = Math.max((row.atLeast ?? row.value) - row.value, row.value - (row.atMost ?? row.value));
  // A miss within two standard errors may be chance.
  return row.standardError !== null && off < 2 * row.standardError
    ? { mark: "?", word: "undecided" }
    : { mark: "✗", word: "missed" };
}

/** The answer in a sentence. */
export function selftestSentence({ studies }: SelftestResult): string {
  const rows = studies.flatMap((study) => study.rows).filter((row) => boundText(row) !== "");
  const count = (word: string) => rows.filter((row) => outcome(row).word === word).length;
  const others = [
    count("missed") > 0 ? `${count("missed")} missed` : "",
    count("undecided") > 0 ? `${count("undecided")} undecided, within two standard errors` : "",
  ].filter(Boolean);
  return others.length === 0
    ? `All ${rows.length} bounds hold.`
    : `${count("holds")} of ${rows.length} bounds hold; ${others.join(", ")}.`;
}
