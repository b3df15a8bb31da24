import type { GateResult } from "../../gate/result.ts";
import { formatNumber } from "../format-number.ts";
import { code, escapeText } from "../markdown-text.ts";
import {
  gateSentence,
  isOfOneCheckpoint,
  outcomeTexts,
  placeText,
  subjectText,
  valueText,
} from "./gate-words.ts";

/** Of layers that were not judged, at most. */
const listedAtMost = 50;

/**
 * What a gate found as Markdown, for a pull request: whether it failed, every rule, where it holds and what was not
 * judged.
 *
 * @returns GitHub-flavoured Markdown; names and expressions are code, so that none is read as markup.
 */
export function gateMarkdown(result: GateResult): string {
  const { rules, violations, notJudged } = result;
  const one = isOfOneCheckpoint(result);
  const ruleRows = rules.map(({ expression, outcome, looked, fired, notJudged: doubtful, hint }) => [
    `${outcomeTexts[outcome].mark} ${outcomeTexts[outcome].word}`,
    code(expression) + (hint === null ? "" : `: ${escapeText(hint)}`),
    String(looked),
    String(fired),
    String(doubtful),
  ]);
  const fired = violations.map((violation) => {
    const rule = rules[violation.rule]!;
    return `${code(placeText(violation, one))}: ${code(subjectText(rule))} is ${valueText(violation)}, ${escapeText(rule.operator)} ${rule.threshold}`;
  });
  const doubtful = notJudged.slice(0, listedAtMost).map((each) => {
    const value = each.value === null ? "" : ` (${formatNumber(each.value)})`;
    return `${code(placeText(each, one))}: ${code(subjectText(rules[each.rule]!))}${value}, ${escapeText(each.reason)}`;
  });
  const more = notJudged.length - doubtful.length;
  const against = result.baseline === null ? "" : `, against ${code(result.baseline)}`;
  return [
    `# ${result.failed ? "✗" : "✓"} Gate`,
    `**${gateSentence(result)}**`,
    `${code(result.result)}${against}`,
    tableOf(["", "fails where", "layers", "holds in", "not judged"], ruleRows),
    ...list("## Holds in", fired),
    ...list("## Not judged", [...doubtful, ...(more > 0 ? [`and ${more} more`] : [])]),
    `<sub>marchenko ${escapeText(result.version)}</sub>`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function list(heading: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [heading, items.map((item) => `- ${item}`).join("\n")];
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heads.map((_, i) => (i < 2 ? "---" : "---:"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
