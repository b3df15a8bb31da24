import type { ExperimentResult } from "../../experiments/result.ts";
import { formatNumber, missing } from "../format-number.ts";

export type ExperimentClaim = ExperimentResult["claims"][number];
export type ExperimentTable = ExperimentResult["tables"][number];
/** A number over seeds. */
export type ExperimentEstimate = ExperimentTable["rows"][number]["cells"][number];

/** How each verdict is shown: a mark beside the words. */
const marks: Readonly<Record<ExperimentClaim["verdict"], string>> = {
  holds: "✓",
  "does not hold here": "✗",
  undecided: "?",
};

/** A verdict as a mark and words. */
export function claimVerdictText(verdict: ExperimentClaim["verdict"]): {
  readonly mark: string;
  readonly word: string;
} {
  return { mark: marks[verdict], word: verdict };
}

const digits = 4;

/** Mean and standard deviation over seeds: `0.2391 (sd 0.0102)`; the mean alone for one seed. */
export function estimateText({ mean, deviation }: ExperimentEstimate): string {
  const text = formatNumber(mean, digits);
  return deviation === null ? text : `${text} (sd ${formatNumber(deviation, 2)})`;
}

/** A number that a verdict rests on, with its interval and its line. */
export function evidenceText(number: ExperimentClaim["numbers"][number]): string {
  const { name, mean, low, high, atLeast, atMost, perSeed } = number;
  const interval =
    low === null || high === null
      ? "no interval"
      : `95 % interval ${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;
  const ends = [
    atLeast === null ? [] : [`>= ${formatNumber(atLeast, digits)}`],
    atMost === null ? [] : [`<= ${formatNumber(atMost, digits)}`],
  ].flat();
  const count = perSeed.filter((value) => value !== null).length;
  const line = ends.length > 0 ? `; line: ${ends.join(" and ")}` : "";
  return `${name} = ${mean === null ? missing : formatNumber(mean, digits)} (${interval}, ${count} of ${perSeed.length} seeds)${line}`;
}

/**
 * Numbers of a claim that are shown where there is no room for all: those that decided its verdict first.
 *
 * @param most - how many.
 * @returns a text for each, and at the end how many more there are.
 */
export function decisiveTexts({ verdict, numbers }: ExperimentClaim, most: number): string[] {
  const decisive = numbers.filter((number) => number.verdict === verdict);
  const others = numbers.filter((number) => number.verdict !== verdict);
  const shown = [...decisive, ...others].slice(0, most).map(evidenceText);
  const more = numbers.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

/** The answer in a sentence. */
export function experimentSentence({ claims }: ExperimentResult): string {
  const count = (verdict: ExperimentClaim["verdict"]) =>
    claims.filter((claim) => claim.verdict === verdict).length;
  if (claims.length === 0) return "Nothing is claimed: the tables show what the runs gave.";
  const parts = [
    `${count("holds")} of ${claims.length} claims hold`,
    count("does not hold here") > 0 ? `${count("does not hold here")} do not hold here` : "",
    count("undecided") > 0 ? `${count("undecided")} are undecided` : "",
  ].filter(Boolean);
  return `${parts.join("; ")}.`;
}
