import type { GateResult, GateRule } from "../../gate/result.ts";
import { formatNumber } from "../format-number.ts";

/** How an outcome is shown: a mark beside the word, so that colour is never alone. */
export const outcomeTexts: Readonly<
  Record<GateRule["outcome"], { readonly mark: string; readonly word: string }>
> = {
  passed: { mark: "✓", word: "passed" },
  failed: { mark: "✗", word: "failed" },
  "no-match": { mark: "✗", word: "matches no layer" },
};

const digits = 4;

/** Whether the gate has failed and why, in a sentence. */
export function gateSentence({ rules, failed, notJudged }: GateResult): string {
  const count = (outcome: GateRule["outcome"]) => rules.filter((rule) => rule.outcome === outcome).length;
  const [holding, unmatched] = [count("failed"), count("no-match")];
  const doubtful = new Set(notJudged.map(({ layer, checkpoint }) => `${checkpoint}\n${layer}`)).size;
  const doubt = doubtful === 0 ? "" : `; ${layers(doubtful)} could not be judged by some`;
  if (!failed) return `The gate has passed: ${expressions(rules.length, "holds", "hold")} nowhere${doubt}.`;
  const parts = [
    ...(holding > 0 ? [`${holding} of ${expressions(rules.length, "holds", "hold")}`] : []),
    ...(unmatched > 0 ? [`${expressions(unmatched, "matches", "match")} no layer`] : []),
  ];
  return `The gate has failed: ${parts.join(", ")}${doubt}.`;
}

function expressions(count: number, one: string, several: string): string {
  return count === 1 ? `1 expression ${one}` : `${count} expressions ${several}`;
}

function layers(count: number): string {
  return count === 1 ? "1 layer" : `${count} layers`;
}

/** What stands on the left of a rule's operator. */
export function subjectText({ metric, isDelta }: GateRule): string {
  return isDelta ? `delta(${metric})` : metric;
}

/** Where a layer is: of several checkpoints, or parts of data, also in which. */
export function placeText(
  { layer, checkpoint, part }: GateResult["violations"][number] | GateResult["notJudged"][number],
  isOneCheckpoint: boolean,
): string {
  const where = [...(isOneCheckpoint ? [] : [checkpoint]), ...(part === null ? [] : [part])];
  return where.length === 0 ? layer : `${layer} (${where.join(", ")})`;
}

/** Whether one checkpoint was looked at; of a result that does not say, whether all that is told of is in one. */
export function isOfOneCheckpoint({ checkpoints, violations, notJudged }: GateResult): boolean {
  if (checkpoints !== undefined) return checkpoints < 2;
  return new Set([...violations, ...notJudged].map(({ checkpoint }) => checkpoint)).size < 2;
}

/** The number that fired, of a difference with both that it is of. */
export function valueText({ value, now, before }: GateResult["violations"][number]): string {
  const text = formatNumber(value, digits);
  return now === null || before === null
    ? text
    : `${text} (from ${formatNumber(before, digits)} to ${formatNumber(now, digits)})`;
}
